using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Server.Http;

/// <summary>Reads what a FHIR request says in its path, headers and body.</summary>
internal static class FhirRequest
{
    public const string MediaType = "application/fhir+json";

    /// <exception cref="FhirException">404 for a type that R4 lacks or an id that no resource can have.</exception>
    public static ResourceKey Key(string type, string id)
    {
        RequireType(type);
        return ResourceKey.IsId(id) ? new(type, id) : throw new FhirException(404, "not-found", "The id is not a FHIR id.");
    }

    public static void RequireType(string type)
    {
        if (!FhirFacts.R4.IsResourceType(type))
        {
            throw new FhirException(404, "not-supported", "The path does not name a FHIR R4 resource type.");
        }
    }

    /// <summary>JSON is the only format; asking for another is 406, sending another 415.</summary>
    public static void RequireJson(HttpRequest request)
    {
        var format = request.Query["_format"].ToString();
        if (format.Length > 0 && !IsJson(format))
        {
            throw new FhirException(406, "not-supported", "This server speaks JSON only: use _format=json or application/fhir+json.");
        }

        var accept = request.GetTypedHeaders().Accept;
        if (
            format.Length == 0
                && accept.Count > 0
                && !accept.Any(value => value.MediaType.Value is "*/*" or "application/*" || IsJson(value.MediaType.Value!)))
        {
            throw new FhirException(406, "not-supported", "This server speaks JSON only: accept application/fhir+json.");
        }
    }

    public static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var contentType = request.GetTypedHeaders().ContentType?.MediaType.Value;
        if (contentType is null || !IsJson(contentType))
        {
            throw new FhirException(415, "not-supported", "The body must be application/fhir+json.");
        }

        return await RawBodyAsync(request, cancellationToken);
    }

    /// <summary>The body, whatever it is said to be, without a byte order mark.</summary>
    public static async Task<byte[]> RawBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream(request.ContentLength is { } length and < int.MaxValue ? (int)length : 4096);
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.Length == 0
            ? throw new FhirException(400, "required", "The request has no body.")
            : ByteOrderMark.Skip(buffer.ToArray());
    }

    /// <summary>The version in If-Match (<c>W/"version"</c>), or null without the header.</summary>
    public static string? IfMatch(HttpRequest request) => Version(request.Headers.IfMatch.ToString(), "If-Match");

    public static string? Version(string header, string name)
    {
        if (header.Length == 0)
        {
            return null;
        }

        var tag = header.StartsWith("W/", StringComparison.Ordinal) ? header[2..] : header;
        return tag.Length > 2 && tag[0] == '"' && tag[^1] == '"' && !tag[1..^1].Contains('"')
            ? tag[1..^1]
            : throw new FhirException(400, "value", $"{name} must be one entity tag such as W/\"1\".");
    }

    private static bool IsJson(string mediaType) =>
        mediaType is "json" or MediaType or "application/json" or "text/json" or "application/fhir json";
}
