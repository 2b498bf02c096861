using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>How create and update answer (https://hl7.org/fhir/R4/http.html#ops), with <c>Prefer: return</c>.</summary>
internal static class WriteAnswer
{
    public static FhirResult Of(WriteResult result, HttpRequest request, InteropSettings settings) => result switch
    {
        WriteResult.Stored stored =>
            FhirResult.Written(
                stored.Disclosure, stored.Created, Location(stored.Disclosure, settings), Prefer(request), stored.Remarks),
        WriteResult.Existing existing =>
            FhirResult.Written(existing.Disclosure, created: false, Location(existing.Disclosure, settings), Prefer(request), []),
        WriteResult.Ambiguous => FhirResult.Problem(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule),
        WriteResult.Unmatched => FhirResult.Problem(IssueCode.NotFound, WriteResult.Unmatched.Rule),
        WriteResult.Conflict conflict =>
            FhirResult.Problem(IssueCode.Conflict, $"{conflict.Condition} does not hold for the current version of {conflict.Key}."),
        WriteResult.Absent absent => FhirResult.Problem(IssueCode.NotFound, $"{absent.Key} is not known."),
        WriteResult.Refused refused => FhirResult.Problem(refused.Status, refused.Issues),
        _ => throw new UnreachableException(),
    };

    private static string Location(Sharing.Redaction.Disclosure disclosure, InteropSettings settings) =>
        $"{settings.PublicUrl}/{disclosure.Key}/_history/{disclosure.VersionId}";

    private static string? Prefer(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(header => (header ?? string.Empty).Split([',', ';'], StringSplitOptions.TrimEntries))
        .FirstOrDefault(part => part.StartsWith("return=", StringComparison.Ordinal))?["return=".Length..];
}
