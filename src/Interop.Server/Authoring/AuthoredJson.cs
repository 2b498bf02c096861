using System.Buffers;
using System.Text.Json;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification;
using Interop.Server.Http;

namespace Interop.Server.Authoring;

/// <summary>
/// How a resource that the server itself makes becomes bytes. One way only: what was stored or sent is never read into these classes.
/// </summary>
internal static class AuthoredJson
{
    /// <summary>
    /// It learns each class when it meets one. All of R4 at once (<c>ModelInfo.ModelInspector</c>) takes 0.4 s, and only a parser needs it.
    /// </summary>
    private static readonly BaseFhirJsonSerializer Serializer = new(new ModelInspector(FhirRelease.R4));

    /// <summary>The resource as compact UTF-8 JSON (https://hl7.org/fhir/R4/json.html).</summary>
    public static byte[] Of(Resource resource)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, FhirJson.Options))
        {
            Serializer.Serialize(resource, json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
