using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Storage.Audit;
using Interop.Storage.Read;

namespace Interop.Server.Guard.Histories;

/// <summary>Histories of a type, and of all that an organisation keeps: over what the caller's sight sees and nothing else.</summary>
internal sealed class GuardedHistories(GuardedStore store, AuditTrail audit, Turns turns, PersonLookups lookups, Secrets secrets)
{
    /// <param name="type">Null for all types, which is for the staff of the organisation that keeps the records.</param>
    public async Task<HistoryAnswer> ReadAsync(Caller caller, string? type, HistoryQuestion question, CancellationToken cancellationToken)
    {
        Demand(caller, type);
        var place = question.Cursor is null ? null : Open(caller, type, question);
        if (caller.Scopes.Allows("Patient", SmartRight.Search) && type is null or "Patient")
        {
            lookups.Demand(caller, question.Count);
        }

        var (answer, page, row) = await turns.RunAsync(
            caller, () => FindAsync(caller, type, question, place, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        var persons = page.Versions.Select(version => version.Seen.Key).Where(key => key.Type == "Patient").Distinct().ToList();
        lookups.Note(caller, persons);
        await lookups.TellAsync();
        return answer;
    }

    /// <summary>SMART counts it as searching: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html.</summary>
    private static void Demand(Caller caller, string? type)
    {
        if (type is not null)
        {
            caller.Demand(type, SmartRight.Search);
        }
        else if (!FhirFacts.R4.ResourceTypes.Any(any => caller.Scopes.Allows(any, SmartRight.Search)))
        {
            throw FhirException.InsufficientScope("The token's scopes do not allow .s on any type.");
        }
    }

    private async Task<(HistoryAnswer Answer, HistoryPage Page, AuditRow Row)> FindAsync(
        Caller caller, string? type, HistoryQuestion question, HistoryPlace? place, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        if (type is null && (sight.OwnTier != Tier.Own || caller.Individual is not null))
        {
            throw new FhirException(
                IssueCode.Forbidden, "The history of all types is for the staff that keeps its organisation's records whole.");
        }

        var page = snapshot.Rows.Histories(
            new(type, question.Count, question.Since, question.At is { } at ? (at.Low, at.High) : null, place), sight);
        var disclosures = snapshot.DiscloseEach([.. page.Versions.Select(version => version.Seen)], sight);
        List<(ResourceKey Key, HistoryVersion Version, bool IsFirst)> versions =
        [
            .. page.Versions.Zip(disclosures)
                .Where(item => item.First.Seen.Deleted || item.Second is not null)
                .Select(item => (item.First.Seen.Key, VersionOf(item.First.Seen, item.Second), item.First.IsFirst)),
        ];
        var next = page.Next is null ? null : secrets.Sign(caller, Bound(type, question), Write(page.Next));
        var interaction = type is null ? FhirInteraction.HistorySystem : FhirInteraction.HistoryType;
        var row = AuditTrail.ListRow(snapshot, interaction, type, question.Query, page.Versions.Select(version => version.Seen));
        return (new(versions, page.Total, next), page, row);
    }

    private static HistoryVersion VersionOf(Sharing.Redaction.SeenResource seen, Sharing.Redaction.Disclosure? disclosure) => seen.Deleted
        ? new(null, Deleted: true, null, seen.Changed)
        : new(disclosure, Deleted: false, disclosure!.VersionId, seen.Changed);

    /// <summary>A link is good for its caller and its history.</summary>
    private HistoryPlace Open(Caller caller, string? type, HistoryQuestion question) =>
        secrets.Open(caller, Bound(type, question), question.Cursor!) is { } text && Read(text) is { } place
            ? place
            : throw new FhirException(IssueCode.Value, "The page link is not one of this history's.");

    private static string Bound(string? type, HistoryQuestion question) => $"{type}/_history{question.Query}";

    private static string Write(HistoryPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Changed} {place.Key}");

    private static HistoryPlace? Read(string text) =>
        text.Split(' ') is [var changed, var key] && ResourceKey.TryParse(key) is { } last
            ? new(long.Parse(changed, CultureInfo.InvariantCulture), last)
            : null;
}

/// <summary>A history as it is asked for.</summary>
/// <param name="Since">UTC microseconds.</param>
/// <param name="Cursor">Out of a page link.</param>
/// <param name="Query">The rest of the link.</param>
internal sealed record HistoryQuestion(int Count, long? Since, Fhir.Search.DateInterval? At, string? Cursor, string Query);

/// <summary>A page of a history.</summary>
/// <param name="Total">Versions on all pages; null where the page cannot tell.</param>
internal sealed record HistoryAnswer(
    IReadOnlyList<(ResourceKey Key, HistoryVersion Version, bool IsFirst)> Versions, long? Total, string? NextCursor);
