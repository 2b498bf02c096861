using Interop.Fhir.Validation;

namespace Interop.Server.Http;

/// <summary>A request that cannot go on. Thrown while the request is parsed and checked; never for our own bugs.</summary>
/// <param name="status">HTTP status code, 4xx.</param>
internal sealed class FhirException(int status, IReadOnlyList<Issue> issues) : Exception(issues[0].Diagnostics)
{
    public FhirException(IssueCode code, string diagnostics, string? expression = null)
        : this(code.Status, [new Issue(IssueSeverity.Error, code.Code, diagnostics, expression)])
    {
    }

    public int Status { get; } = status;

    /// <summary>Whether a token with more scopes would be let through (RFC 6750 section 3.1), and not only another caller.</summary>
    public bool IsAboutScope { get; private init; }

    public IReadOnlyList<Issue> Issues { get; } = issues;

    /// <summary>When a limit refused the request: how long to wait (RFC 9110 section 10.2.3).</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static FhirException InsufficientScope(string diagnostics, string? expression = null) =>
        new(IssueCode.Forbidden, diagnostics, expression) { IsAboutScope = true };

    /// <summary>The same refusal, of what stands at an element of a larger request.</summary>
    public FhirException At(string expression) =>
        new(Status, [.. Issues.Select(issue => issue with { Expression = expression })])
        {
            IsAboutScope = IsAboutScope, RetryAfter = RetryAfter
        };

    /// <summary>The same refusal, where what is called by one place stands at another in the request.</summary>
    public FhirException In(string place, string elsewhere) =>
        new(
            Status,
            [.. Issues.Select(issue => issue.Expression?.StartsWith(place, StringComparison.Ordinal) == true
                ? issue with { Expression = elsewhere + issue.Expression[place.Length..] }
                : issue)])
        {
            IsAboutScope = IsAboutScope,
            RetryAfter = RetryAfter,
        };

    /// <summary>The same refusal, where its places are those of a Bundle with one entry and the entry stands elsewhere.</summary>
    public FhirException Below(string entry) =>
        new(
            Status,
            [.. Issues.Select(issue =>
                issue with { Expression = issue.Expression?.Replace("Bundle.entry[0]", entry, StringComparison.Ordinal) ?? entry })])
        {
            IsAboutScope = IsAboutScope,
            RetryAfter = RetryAfter,
        };

    /// <summary>What was refused and why, for the audit trail: fixed words, nothing of a resource.</summary>
    public string Rule => $"{Status} {Issues[0].Code}: {Issues[0].Diagnostics}";
}
