using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Interop.Sharing.Redaction;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Http;

/// <summary>
/// The only way out: bytes of a <see cref="Disclosure"/>, of an OperationOutcome, of a Bundle or Parameters made of those, or of one of the
/// few things that the server writes of its own. It takes no bytes, and nothing that writes some. Knows status codes and headers; nothing
/// else does.
/// </summary>
internal sealed class FhirResult : IResult
{
    private readonly int status;
    private readonly ReadOnlyMemory<byte> body;
    private readonly Disclosure? tagged;
    private readonly string? location;
    private readonly string mediaType;
    private readonly Action<IBufferWriter<byte>>? list;
    private readonly IReadOnlyList<(string Name, string Value)> headers;
    private readonly bool mayBePacked;

    private FhirResult(
        int status,
        ReadOnlyMemory<byte> body,
        Disclosure? tagged = null,
        string? location = null,
        string mediaType = FhirRequest.MediaType,
        Action<IBufferWriter<byte>>? list = null,
        bool mayBePacked = false,
        params IReadOnlyList<(string Name, string Value)> headers)
    {
        this.mayBePacked = mayBePacked;
        this.headers = headers;
        this.list = list;
        this.mediaType = mediaType;
        this.status = status;
        this.body = body;
        this.tagged = tagged;
        this.location = location;
    }

    public int Status => status;

    public static FhirResult Ok(Disclosure disclosure) => new(200, disclosure.Body, disclosure);

    /// <summary>304 where the caller's version is the current one of its view (https://hl7.org/fhir/R4/http.html#cread).</summary>
    public static FhirResult NotModified(Disclosure disclosure) => new(304, default, disclosure);

    /// <param name="remarks">
    /// Warnings about what is stored: in the OperationOutcome where one is preferred, and in any case as the header Warning.
    /// </param>
    public static FhirResult Written(
        Disclosure disclosure, bool created, string location, string? prefer, IReadOnlyList<Issue> remarks) => new(
        created ? 201 : 200,
        prefer switch
        {
            "minimal" => default,
            "OperationOutcome" => Outcome.Of(
                [new Issue(IssueSeverity.Information, "informational", created ? "Created." : "Updated.", null), .. remarks]),
            _ => disclosure.Body,
        },
        disclosure,
        location,
        headers: [.. Warnings(remarks)]);

    /// <summary>What an operation stored: where it is, and warnings about it.</summary>
    public static FhirResult Filed(BundleItem stored, string text) => new(
        stored.Status!.StartsWith("201", StringComparison.Ordinal) ? 201 : 200,
        Outcome.Of([new Issue(IssueSeverity.Information, "informational", text, null), .. stored.Issues ?? []]),
        location: stored.Location,
        headers: [("ETag", $"W/\"{stored.VersionId}\""), .. Warnings(stored.Issues ?? [])]);

    private static IEnumerable<(string, string)> Warnings(IReadOnlyList<Issue> remarks) =>
        remarks.Where(remark => remark.Severity == IssueSeverity.Warning).Select(Warning).ToList() is { Count: > 0 } warnings
            ? [("Warning", string.Join(", ", warnings))]
            : [];

    /// <summary>RFC 7234 section 5.5.7: a warning that stays true, in ASCII.</summary>
    private static string Warning(Issue remark) =>
        $"299 - \"{$"{remark.Expression}: {remark.Diagnostics}".Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    public static FhirResult Bundle(FhirBundle bundle) => new(200, default, list: bundle.WriteTo);

    public static FhirResult Parameters(FhirParameters parameters) => new(200, default, list: parameters.WriteTo);

    /// <summary>A Bundle with a tag, so that who has it already is told so and not sent it.</summary>
    public static FhirResult Bundle(FhirBundle bundle, Preconditions conditions)
    {
        var tag = bundle.Tag();
        (string, string)[] tagged = [("ETag", $"W/\"{tag}\"")];
        return conditions.IfNoneMatch is not null && conditions.IsKnown(tag, long.MaxValue)
            ? new(304, default, headers: tagged)
            : new(200, default, list: bundle.WriteTo, headers: tagged);
    }

    /// <summary>What is everybody's, and may be kept for a while: in a browser, a proxy, another's page.</summary>
    public static FhirResult Public(FhirBundle bundle, TimeSpan time, Preconditions conditions)
    {
        var tag = bundle.Tag();
        return conditions.IsKnown(tag, long.MaxValue)
            ? new(304, default, headers: Kept(time, tag))
            : new(200, default, list: bundle.WriteTo, headers: Kept(time, tag));
    }

    /// <inheritdoc cref="Public(FhirBundle, TimeSpan, Preconditions)"/>
    public static FhirResult Public(IOwnAnswer answer, Preconditions conditions) =>
        answer.Keep is not { } keep ? Of(answer)
        : conditions.IsKnown(keep.Tag, long.MaxValue) ? new(304, default, headers: Kept(keep.Time, keep.Tag))
        : new(answer.Status, answer.Json, mediaType: answer.MediaType, mayBePacked: answer.MayBePacked, headers: Kept(keep.Time, keep.Tag));

    private static (string, string)[] Kept(TimeSpan time, string tag) =>
    [
        ("Cache-Control", $"public, max-age={time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)}"), ("ETag", $"W/\"{tag}\""),
    ];

    /// <summary>
    /// What a Binary holds, byte for byte (https://hl7.org/fhir/R4/binary.html#rest); a browser keeps it and shows nothing.
    /// </summary>
    /// <param name="accepted">The media types that are asked for; another one is 406.</param>
    public static FhirResult Content(Disclosure binary, IReadOnlyList<MediaTypeHeaderValue> accepted)
    {
        using var document = JsonDocument.Parse(binary.Body, FhirJson.Parsing);
        var contentType = document.RootElement.GetProperty("contentType").GetString();
        if (!MediaTypeHeaderValue.TryParse(contentType, out var own) || !accepted.Any(own.IsSubsetOf))
        {
            return Problem(
                IssueCode.NotSupported.With(406), "The Binary is of another media type: accept that one, or application/fhir+json.");
        }

        var bytes = document.RootElement.TryGetProperty("data", out var data) ? Convert.FromBase64String(data.GetString()!) : [];
        return new(200, bytes, binary, mediaType: own.ToString(), headers: ("Content-Disposition", "attachment"));
    }

    public static FhirResult NoContent() => new(204, default);

    public static FhirResult Problem(int status, IReadOnlyList<Issue> issues) => new(status, Outcome.Of(issues));

    public static FhirResult Problem(IssueCode code, string diagnostics) =>
        Problem(code.Status, [new(IssueSeverity.Error, code.Code, diagnostics, null)]);

    /// <summary>The issues of something that was only sent to be checked.</summary>
    public static FhirResult Checked(IReadOnlyList<Issue> issues) => Problem(200, issues);

    public static FhirResult Of(IOwnAnswer answer) => new(
        answer.Status,
        answer.Json,
        mediaType: answer.MediaType,
        mayBePacked: answer.MayBePacked,
        headers:
        [
            .. answer.Expires is { } expires
                ? [("Expires", expires.ToString("R", CultureInfo.InvariantCulture))]
                : Array.Empty<(string, string)>(),
            .. answer.ContentSecurityPolicy is { } policy ? [("Content-Security-Policy", policy)] : Array.Empty<(string, string)>(),
        ]);

    /// <summary>What was asked for is being made, and is asked about at an address (https://hl7.org/fhir/R4/async.html).</summary>
    public static FhirResult Accepted(string address) =>
        new(202, Told("The work has begun."), headers: ("Content-Location", address));

    /// <summary>It is still being made.</summary>
    public static FhirResult Pending(string progress) => new(202, default, headers: [("X-Progress", progress), ("Retry-After", "1")]);

    /// <summary>What was being made is not going to be.</summary>
    public static FhirResult Ended() => new(202, Told("The work has ended, and what it made is removed."));

    private static byte[] Told(string text) => Outcome.Of([new(IssueSeverity.Information, "informational", text, null)]);

    public static FhirResult Of(TerminologyAnswer.Found found) => new(200, found.Resource);

    /// <summary>Not async, so that nothing here holds on to a page while it is sent.</summary>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Authorization";
        if (tagged is not null)
        {
            response.Headers.ETag = $"W/\"{tagged.VersionId}\"";
            response.Headers.LastModified = Instants.ToDateTimeOffset(tagged.LastUpdated).ToString("R", CultureInfo.InvariantCulture);
        }

        if (location is not null)
        {
            response.Headers.Location = location;
        }

        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        if (list is not null)
        {
            response.ContentType = mediaType + "; charset=utf-8";
            list(response.BodyWriter);
            return response.BodyWriter.FlushAsync(CancellationToken.None).AsTask();
        }

        if (body.Length > 0)
        {
            var sent = mayBePacked ? Packed(httpContext, body) : body;
            response.ContentType = mediaType.EndsWith("json", StringComparison.Ordinal) ? mediaType + "; charset=utf-8" : mediaType;
            response.ContentLength = sent.Length;

            // Without the request's token: an answer that says that time is up is written when the token has been cancelled, and what
            // is written to a connection that is gone is dropped.
            return response.Body.WriteAsync(sent, CancellationToken.None).AsTask();
        }

        return Task.CompletedTask;
    }

    /// <summary>The bytes as gzip where the request takes that.</summary>
    private static ReadOnlyMemory<byte> Packed(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        http.Response.Headers.Append("Vary", "Accept-Encoding");
        var isTaken = http.Request.GetTypedHeaders().AcceptEncoding.Any(
            encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);
        if (!isTaken)
        {
            return bytes;
        }

        http.Response.Headers.ContentEncoding = "gzip";
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes.Span);
        }

        return packed.ToArray();
    }
}
