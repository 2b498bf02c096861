using Interop.Fhir.Json;
using Interop.Server.Http;

namespace Interop.Server.Summary;

/// <summary>
/// A Bundle of type document (https://hl7.org/fhir/R4/documents.html), written around its entries, because what was disclosed stays as the
/// bytes that it is.
/// </summary>
internal static class DocumentBundle
{
    /// <param name="identifier">A URI.</param>
    /// <param name="instant">UTC microseconds.</param>
    /// <param name="entries">The Composition first.</param>
    public static byte[] Of(
        string id, string identifier, long instant, IEnumerable<(string FullUrl, ReadOnlyMemory<byte> Resource)> entries) =>
        FhirJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Bundle");
            json.WriteString("id", id);
            json.WriteStartObject("identifier");
            json.WriteString("system", "urn:ietf:rfc:3986");
            json.WriteString("value", identifier);
            json.WriteEndObject();
            json.WriteString("type", "document");
            json.WriteString("timestamp", ResourceJson.Instant(Instants.ToDateTimeOffset(instant)));
            json.WriteStartArray("entry");
            foreach (var (fullUrl, resource) in entries)
            {
                json.WriteStartObject();
                json.WriteString("fullUrl", fullUrl);
                json.WritePropertyName("resource");
                json.WriteRawValue(resource.Span, skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
}
