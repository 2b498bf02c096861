using System.Buffers;
using System.Text.Json;
using Interop.Sharing.Redaction;

namespace Interop.Server.Http;

/// <summary>
/// A Parameters resource (https://hl7.org/fhir/R4/parameters.html) with something of the server's own and some disclosures, each as a
/// parameter.
/// </summary>
/// <param name="Name">Of the parameter that is the server's own.</param>
/// <param name="Each">Of the parameters that are disclosures.</param>
internal sealed record FhirParameters(string Name, IOwnAnswer Own, string Each, IReadOnlyList<Disclosure> Disclosures)
{
    /// <inheritdoc cref="FhirBundle.WriteTo"/>
    public void WriteTo(IBufferWriter<byte> response)
    {
        using var writer = new Utf8JsonWriter(response, FhirJson.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Parameters");
        writer.WriteStartArray("parameter");
        Write(writer, Name, Own.Json);
        foreach (var disclosure in Disclosures)
        {
            Write(writer, Each, disclosure.Body);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> resource)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WritePropertyName("resource");
        writer.WriteRawValue(resource.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
