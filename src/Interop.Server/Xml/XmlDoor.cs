using Interop.Server.Guard.Exports;
using Interop.Server.Http;
using Interop.Server.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Xml;

/// <summary>
/// Lets in and out what is in XML (<c>application/fhir+xml</c>, https://hl7.org/fhir/R4/http.html#mime-type): behind this door everything
/// is JSON. Patches, exports and what Binary holds are not resources and pass as they are.
/// </summary>
internal static class XmlDoor
{
    private const string MediaType = "application/fhir+xml";

    // A reader of classes needs a hundred times as long as ours for the same resource: nobody else is to wait for it.
    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly string[] Xml = [MediaType, "application/xml", "text/xml"];

    /// <summary>Answers in XML whoever asks for it; the first thing that sees a request and the last that sees an answer.</summary>
    public static async Task AnswerAsync(HttpContext http, Func<Task> next)
    {
        // The files of an export are as long as they are, and no resource: they are not held here.
        if (!http.Request.Path.StartsWithSegments(FhirRequest.Root)
            || http.Request.Path.StartsWithSegments($"{FhirRequest.Root}/{GuardedExports.Path}")
            || !AsksForXml(http.Request, out var format))
        {
            await next();
            return;
        }

        http.Request.Headers.Accept = FhirRequest.MediaType;
        http.Request.QueryString = Without(http.Request.QueryString);
        var outside = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var inside = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(inside));
        try
        {
            await next();
        }
        finally
        {
            http.Features.Set(outside);
        }

        await WriteAsync(http, inside.GetBuffer().AsMemory(0, (int)inside.Length), format);
    }

    /// <summary>Turns a body in XML into JSON, once it is known who sends it.</summary>
    public static async Task TakeAsync(HttpContext http, Func<Task> next)
    {
        var request = http.Request;
        if (request.Path.StartsWithSegments(FhirRequest.Root) && IsXmlBody(request))
        {
            var sent = await FhirRequest.BytesAsync(request, http.RequestAborted);
            if (sent.Length > MostBytes)
            {
                throw new FhirException(
                    IssueCode.TooCostly.With(413), "In XML a body has four megabytes at most: send a larger one in JSON.");
            }

            var json = await InTurnAsync(http, () => FhirXml.ToJson(sent));
            request.Body = new MemoryStream(json, writable: false);
            request.ContentLength = json.Length;
            request.ContentType = FhirRequest.MediaType;
            request.Headers.ContentEncoding = default;
        }

        await next();
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body, string? format)
    {
        var response = http.Response;
        response.Headers.Append("Vary", "Accept");
        if (response.ContentType?.StartsWith(FhirRequest.MediaType, StringComparison.OrdinalIgnoreCase) == true)
        {
            response.ContentType = MediaType;
            if (body.IsEmpty)
            {
                response.ContentLength = HttpMethods.IsHead(http.Request.Method) ? null : response.ContentLength;
            }
            else
            {
                (body, response.StatusCode) = await InTurnAsync(http, () => Said(body, format, response.StatusCode));
                response.ContentLength = body.Length;
            }
        }

        if (!body.IsEmpty)
        {
            await response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    /// <summary>Conversion keeps a core busy as a search does: one client's waits for the client's own.</summary>
    private static Task<T> InTurnAsync<T>(HttpContext http, Func<T> convert) => Caller.TryFrom(http.User) is { } caller
        ? http.RequestServices.GetRequiredService<Turns>().RunAsync(caller, () => Task.FromResult(convert()), http.RequestAborted)
        : Task.FromResult(convert());

    private static (ReadOnlyMemory<byte> Body, int Status) Said(ReadOnlyMemory<byte> json, string? format, int status)
    {
        try
        {
            return (FhirXml.OfJson(json.Span, format), status);
        }
        catch (FhirException refused)
        {
            return (FhirXml.OfJson(Outcome.Of(refused.Issues), null), refused.Status);
        }
    }

    /// <summary>
    /// Of the two forms the one that is preferred, JSON where both are (RFC 9110 section 12.5.1); <c>_format</c> overrides the header.
    /// </summary>
    private static bool AsksForXml(HttpRequest request, out string? format)
    {
        format = request.Query["_format"].ToString() is { Length: > 0 } asked ? asked : null;
        if (format is not null)
        {
            return format.Equals("xml", StringComparison.OrdinalIgnoreCase)
                || (MediaTypeHeaderValue.TryParse(format.Replace("/fhir ", "/fhir+", StringComparison.OrdinalIgnoreCase), out var value)
                    && IsXml(value));
        }

        var accept = request.GetTypedHeaders().Accept;
        var xml = accept.Where(IsXml).Select(value => value.Quality ?? 1).DefaultIfEmpty(0).Max();
        return xml > accept.Where(value => !IsXml(value)).Select(value => value.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Of a Binary only what says that it is FHIR is a resource.</summary>
    private static bool IsXmlBody(HttpRequest request) =>
        request.GetTypedHeaders().ContentType is { } sent && IsXml(sent)
        && (sent.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            || !request.Path.StartsWithSegments($"{FhirRequest.Root}/Binary"));

    private static bool IsXml(MediaTypeHeaderValue value) =>
        Xml.Contains(value.MediaType.Value, StringComparer.OrdinalIgnoreCase) && FhirRequest.IsOfThisVersion(value);

    private static QueryString Without(QueryString query) => QueryString.Create(
        FhirRequest.Pairs(query.Value)
            .Where(pair => pair.Key != "_format")
            .Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
}
