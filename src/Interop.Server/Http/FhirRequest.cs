using System.IO.Compression;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Http;

/// <summary>Reads what a FHIR request says in its path, headers and body.</summary>
internal static class FhirRequest
{
    /// <summary>Where the FHIR endpoints are.</summary>
    public const string Root = "/fhir";

    public const string MediaType = "application/fhir+json";

    private const int BytesAtOnce = 64 * 1024;

    /// <summary>The media types of a request for something else than FHIR; null where FHIR is asked for, or anything.</summary>
    public static IReadOnlyList<MediaTypeHeaderValue>? OtherThanFhir(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return request.Query.ContainsKey("_format") || accept.Count == 0
            || accept.Any(value => value.MediaType.Value is "*/*" or "application/*" || IsJson(value))
            ? null
            : [.. accept];
    }

    /// <summary>What the body is said to be where that is no FHIR; null where it is.</summary>
    public static string? ContentOtherThanFhir(HttpRequest request) =>
        request.GetTypedHeaders().ContentType is { } sent && !IsJson(sent.MediaType.Value!) ? request.ContentType : null;

    /// <exception cref="FhirException">404 for a type that R4 lacks or an id that no resource can have.</exception>
    public static ResourceKey Key(string type, string id)
    {
        RequireType(type);
        if (id is ['$' or '_', ..])
        {
            throw new FhirException(IssueCode.NotSupported.With(404), $"This server does not have {type}/{id}: see /metadata.");
        }

        return ResourceKey.IsId(id) ? new(type, id) : throw new FhirException(IssueCode.NotFound, "The id is not a FHIR id.");
    }

    public static void RequireType(string type)
    {
        if (!FhirFacts.R4.IsResourceType(type))
        {
            throw new FhirException(
                IssueCode.NotSupported.With(404),
                type is ['$' or '_', ..]
                    ? "This server does not have this operation or interaction: see /metadata."
                    : "The path does not name a FHIR R4 resource type.");
        }
    }

    /// <summary>JSON is the only format behind the door of XML; asking for another is 406, sending another 415.</summary>
    public static void RequireJson(HttpRequest request)
    {
        var format = request.Query["_format"].ToString();
        if (format.Length > 0 && !IsJsonFormat(format))
        {
            throw new FhirException(
                IssueCode.NotSupported.With(406), "This server speaks JSON and XML: use _format=json or xml.");
        }

        var accept = request.GetTypedHeaders().Accept;
        if (format.Length == 0 && accept.Count > 0
            && !accept.Any(value => value.MediaType.Value is "*/*" or "application/*" || IsJson(value)))
        {
            throw new FhirException(
                IssueCode.NotSupported.With(406), "This server speaks JSON and XML: accept application/fhir+json or application/fhir+xml.");
        }
    }

    /// <param name="mediaType">What it should be; JSON under a more general name is taken, too.</param>
    public static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken, string mediaType = MediaType)
    {
        var sent = request.GetTypedHeaders().ContentType;
        var isItself = mediaType != MediaType && sent?.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase) == true;
        if (sent is null || !(isItself || IsJson(sent)))
        {
            throw new FhirException(
                IssueCode.NotSupported.With(415),
                $"The body must be {mediaType}{(mediaType == MediaType ? " of FHIR 4.0, in UTF-8" : "")}.");
        }

        return await RawBodyAsync(request, cancellationToken);
    }

    /// <summary>The body, whatever it is said to be, without a byte order mark.</summary>
    public static async Task<byte[]> RawBodyAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ByteOrderMark.Skip(await BytesAsync(request, cancellationToken));

    /// <summary>The body byte for byte, unpacked where it came as gzip.</summary>
    public static async Task<byte[]> BytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isPacked = request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!isPacked)
        {
            RefuseEncoded(request);
        }

        // A length is a promise, which costs its sender nothing: the buffer grows with what comes.
        using var buffer = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, BytesAtOnce));
        await (isPacked ? UnpackAsync(request, buffer, cancellationToken) : request.Body.CopyToAsync(buffer, cancellationToken));
        return buffer.Length == 0 ? throw new FhirException(IssueCode.Required, "The request has no body.") : buffer.ToArray();
    }

    /// <summary>Other encodings than gzip, and forms in any, are not understood: they would be taken for something else.</summary>
    public static void RefuseEncoded(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } and not "identity")
        {
            throw new FhirException(
                IssueCode.NotSupported.With(415), "This Content-Encoding is not understood: send a body as it is, or a resource as gzip.");
        }
    }

    /// <summary>As many bytes at most as a body may have that is not packed, however small it came.</summary>
    private static async Task UnpackAsync(HttpRequest request, MemoryStream buffer, CancellationToken cancellationToken)
    {
        var most = request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize ?? int.MaxValue;
        var piece = new byte[BytesAtOnce];
        using var unpacked = new GZipStream(request.Body, CompressionMode.Decompress);
        try
        {
            for (int read; (read = await unpacked.ReadAsync(piece, cancellationToken)) > 0; buffer.Write(piece, 0, read))
            {
                if (buffer.Length + read > most)
                {
                    throw new FhirException(
                        IssueCode.TooCostly.With(413), "The body is larger than this server reads, once it is unpacked.");
                }
            }
        }
        catch (InvalidDataException)
        {
            throw new FhirException(IssueCode.Invalid, "The body is said to be gzip (Content-Encoding) and is not.");
        }
    }

    /// <summary>What a conditional interaction asks of the resource that it is about.</summary>
    /// <exception cref="FhirException">400: nothing is asked.</exception>
    public static string Condition(HttpRequest request) => Condition(request.QueryString.Value?.TrimStart('?'))
        ?? throw new FhirException(
            IssueCode.Required, "Without an id in the path the interaction needs a condition: Type?parameter=value.");

    /// <summary>The criteria of a query text, without what says in which form to answer; null where there are none.</summary>
    public static string? Condition(string? query)
    {
        var criteria = string.Join(
            '&',
            (query ?? string.Empty).Split('&', StringSplitOptions.RemoveEmptyEntries).Where(
                part => part.Split('=')[0] is not ("_format" or "_pretty")));
        return criteria.Length == 0 ? null : criteria;
    }

    /// <summary>
    /// Who adds a parameter counts on it: one without effect is refused by its name, and not passed over. <c>_format</c> is looked at
    /// before, and <c>_pretty</c> is for people's eyes.
    /// </summary>
    public static void RefuseParameters(IEnumerable<string> names)
    {
        if (names.FirstOrDefault(name => name is not ("_format" or "_pretty")) is { } other)
        {
            throw new FhirException(IssueCode.NotSupported, $"The parameter {other} has no meaning for this interaction.");
        }
    }

    /// <summary>The parameters of a query text, which may have a path before it; null has none.</summary>
    public static List<KeyValuePair<string, string>> Pairs(string? query) =>
    [
        .. QueryHelpers.ParseQuery(query?[(query.IndexOf('?', StringComparison.Ordinal) + 1)..])
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty))),
    ];

    /// <summary>
    /// Media types know no case, and may say the version of FHIR (https://hl7.org/fhir/R4/http.html#version-parameter) and the charset.
    /// </summary>
    public static bool IsOfThisVersion(MediaTypeHeaderValue value) =>
        value.Parameters.All(parameter => parameter.Name.Value?.ToLowerInvariant() switch
        {
            "fhirversion" => Unquoted(parameter) is "4.0" or "4.0.0" or "4.0.1",
            "charset" => Unquoted(parameter).Equals("utf-8", StringComparison.OrdinalIgnoreCase),
            _ => true,
        });

    private static bool IsJson(MediaTypeHeaderValue value) => IsJson(value.MediaType.Value!) && IsOfThisVersion(value);

    private static string Unquoted(NameValueHeaderValue parameter) => HeaderUtilities.RemoveQuotes(parameter.Value).ToString();

    // In a query a + that was not escaped is a space.
    private static bool IsJsonFormat(string format) =>
        format.Equals("json", StringComparison.OrdinalIgnoreCase)
            || (MediaTypeHeaderValue.TryParse(format.Replace("/fhir ", "/fhir+", StringComparison.OrdinalIgnoreCase), out var value)
                && IsJson(value));

    private static bool IsJson(string mediaType) => mediaType.ToLowerInvariant() is MediaType or "application/json" or "text/json";
}
