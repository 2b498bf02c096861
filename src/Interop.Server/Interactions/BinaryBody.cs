using System.Text.Json;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>
/// A Binary that is sent as what it holds and not as a resource (https://hl7.org/fhir/R4/binary.html#rest): its media type is the
/// request's, and X-Security-Context refers to what it belongs to, by whose labels it is judged.
/// </summary>
internal static class BinaryBody
{
    private const string SecurityContext = "X-Security-Context";

    /// <summary>The body of a create or an update, made a resource where it is none.</summary>
    /// <param name="id">That of the address; null for a new one.</param>
    public static async Task<byte[]> ReadAsync(HttpRequest request, string type, string? id, CancellationToken cancellationToken)
    {
        if (type != "Binary" || FhirRequest.ContentOtherThanFhir(request) is not { } contentType)
        {
            return request.Headers.ContainsKey(SecurityContext)
                ? throw new FhirException(
                    IssueCode.NotSupported, $"{SecurityContext} goes with the content of a Binary; a resource says it itself.")
                : await FhirRequest.BodyAsync(request, cancellationToken);
        }

        var content = await FhirRequest.BytesAsync(request, cancellationToken);
        var context = request.Headers[SecurityContext];
        return context.Count > 1
            ? throw new FhirException(IssueCode.Value, $"{SecurityContext} is one reference.", "Binary.securityContext")
            : FhirJson.Write(writer => Write(writer, id, contentType, context.Count == 1 ? context[0] : null, content));
    }

    private static void Write(Utf8JsonWriter writer, string? id, string contentType, string? context, byte[] content)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Binary");
        if (id is not null)
        {
            writer.WriteString("id", id);
        }

        writer.WriteString("contentType", contentType);
        if (context is not null)
        {
            writer.WriteStartObject("securityContext");
            writer.WriteString("reference", context);
            writer.WriteEndObject();
        }

        writer.WriteBase64String("data", content);
        writer.WriteEndObject();
    }
}
