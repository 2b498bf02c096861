using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Http;

/// <summary>
/// What must be true of the caller's view for a request to be carried out (RFC 9110 section 13,
/// https://hl7.org/fhir/R4/http.html#concurrency). Tags are compared weakly, as FHIR's are weak; times to the second, as HTTP's are.
/// </summary>
/// <param name="IfMatch">The versions that it may be; null without the header.</param>
/// <param name="IfNoneMatch">The versions that it must not be.</param>
internal sealed record Preconditions(
    IReadOnlyList<EntityTagHeaderValue>? IfMatch,
    IReadOnlyList<EntityTagHeaderValue>? IfNoneMatch,
    DateTimeOffset? IfModifiedSince,
    DateTimeOffset? IfUnmodifiedSince)
{
    public static readonly Preconditions None = new(null, null, null, null);

    /// <summary>Whether the caller says which version it means, so that it can't undo what it has not seen.</summary>
    public bool NameVersion => IfMatch is { } tags && !tags.Contains(EntityTagHeaderValue.Any);

    /// <summary>Without those that for a read mean that nothing needs to be sent.</summary>
    public Preconditions Changing => this with { IfNoneMatch = null, IfModifiedSince = null };

    /// <exception cref="FhirException">400: a value that is no list of entity tags, or no time.</exception>
    public static Preconditions Of(HttpRequest request)
    {
        var headers = request.Headers;
        return new(
            Tags(headers.IfMatch, "If-Match"),
            Tags(headers.IfNoneMatch, "If-None-Match"),
            Time(headers.IfModifiedSince, "If-Modified-Since"),
            Time(headers.IfUnmodifiedSince, "If-Unmodified-Since"));
    }

    /// <summary>Those of one version, as what was worked out from it needs them.</summary>
    public static Preconditions Version(string version) => None with { IfMatch = [new($"\"{version}\"", isWeak: true)] };

    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<EntityTagHeaderValue>? Tags(StringValues values, string name) =>
        values.Count == 0 ? null
        : EntityTagHeaderValue.TryParseStrictList(values, out var tags) && tags.Count > 0 ? [.. tags]
        : throw new FhirException(IssueCode.Value, $"{name} must be entity tags such as W/\"1\", or *.");

    /// <summary>Why the version may not be changed: the name of the condition that fails, or null.</summary>
    /// <param name="version">Of the caller's view.</param>
    /// <param name="updated">UTC microseconds.</param>
    public string? FailsFor(string? version, long updated)
    {
        if (IfMatch is not null)
        {
            return !IsAmong(IfMatch, version) ? "If-Match" : FailsNoneMatch(version);
        }

        return IfUnmodifiedSince is { } since && Seconds(updated) > since ? "If-Unmodified-Since" : FailsNoneMatch(version);
    }

    /// <summary>Whether the caller has what a read would give (304); If-Modified-Since counts only without If-None-Match.</summary>
    public bool IsKnown(string version, long updated) =>
        IfNoneMatch is not null ? IsAmong(IfNoneMatch, version) : IfModifiedSince is { } since && Seconds(updated) <= since;

    private string? FailsNoneMatch(string? version) => IfNoneMatch is not null && IsAmong(IfNoneMatch, version) ? "If-None-Match" : null;

    private static bool IsAmong(IReadOnlyList<EntityTagHeaderValue> tags, string? version) =>
        tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.AsSpan(1, tag.Tag.Length - 2).SequenceEqual(version));

    private static DateTimeOffset? Time(StringValues values, string name) =>
        values.Count == 0 ? null
        : values.Count == 1 && HeaderUtilities.TryParseDate(values[0], out var time) ? time
        : throw new FhirException(IssueCode.Value, $"{name} must be an HTTP date.");

    private static DateTimeOffset Seconds(long updated) =>
        DateTimeOffset.FromUnixTimeSeconds(Instants.ToDateTimeOffset(updated).ToUnixTimeSeconds());

    /// <summary>
    /// A condition that an interaction does not look at must not seem to be met: it is refused by its name. Where HTTP itself says that a
    /// condition without effect is ignored (RFC 9110 sections 13.1.2 and 13.1.3, of what has no tag and no time), it is.
    /// </summary>
    public static void RefuseOthers(HttpRequest request, FhirInteraction interaction)
    {
        string[] honoured = interaction switch
        {
            FhirInteraction.Read or FhirInteraction.Vread => ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"],
            FhirInteraction.Update or FhirInteraction.Patch or FhirInteraction.Delete =>
                ["If-Match", "If-None-Match", "If-Unmodified-Since"],
            FhirInteraction.Create => ["If-None-Exist"],
            _ when HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) => ["If-None-Match", "If-Modified-Since"],
            _ => [],
        };
        string[] all =
        [
            "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-None-Exist", "If-Range", "X-Provenance",
            "X-HTTP-Method-Override",
        ];
        if (all.Except(honoured).FirstOrDefault(request.Headers.ContainsKey) is { } other)
        {
            throw new FhirException(IssueCode.NotSupported, $"{other} has no meaning for this interaction, so it is not accepted.");
        }

        var isWrite = interaction is FhirInteraction.Create or FhirInteraction.Transaction
            || (interaction is FhirInteraction.Update or FhirInteraction.Patch or FhirInteraction.Delete
                && request.RouteValues.ContainsKey("id"));
        if (isWrite)
        {
            FhirRequest.RefuseParameters(request.Query.Keys);
        }

        // Who names a purpose or an emergency in a header counts on it; browsers' Sec-Purpose is about fetching ahead.
        if (request.Headers.Keys.FirstOrDefault(NamesPurpose) is { } purpose)
        {
            throw new FhirException(
                IssueCode.NotSupported,
                $"{purpose} is not accepted: the token says the purpose (purpose_of_use), or Patient/[id]/$break-glass.");
        }
    }

    private static bool NamesPurpose(string header) =>
        (header.Contains("purpose", StringComparison.OrdinalIgnoreCase) && !header.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase))
        || header.Contains("glass", StringComparison.OrdinalIgnoreCase);
}
