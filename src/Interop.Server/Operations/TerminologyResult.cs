using System.Diagnostics;
using Interop.Fhir.Terminology;
using Interop.Server.Http;

namespace Interop.Server.Operations;

/// <summary>How terminology operations answer; they tell nothing but what was loaded for everybody.</summary>
internal static class TerminologyResult
{
    public static FhirResult Of(TerminologyAnswer answer) => answer switch
    {
        TerminologyAnswer.Found found => FhirResult.Of(found),
        TerminologyAnswer.NotLoaded missing =>
            FhirResult.Problem(IssueCode.NotFound, $"{missing.What} is not loaded here, or not as a whole: the question is open."),
        TerminologyAnswer.Refused refused => FhirResult.Problem(refused.Issue.Code == "not-found" ? 404 : 422, [refused.Issue]),
        _ => throw new UnreachableException(),
    };

    /// <summary>A canonical URL with the version that a parameter of its own gives.</summary>
    public static string WithVersion(string url, string? version) =>
        string.IsNullOrEmpty(version) || url.Contains('|', StringComparison.Ordinal) ? url : $"{url}|{version}";
}
