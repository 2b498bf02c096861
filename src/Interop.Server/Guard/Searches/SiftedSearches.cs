using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Searches;

/// <summary>What of all that a search finds an operation keeps, by looking at what the caller sees of each.</summary>
internal sealed class SiftedSearches(
    GuardedStore store, SearchQueries queries, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    // All that meet the criteria are looked at: so many take a second.
    private const int Most = 10_000;

    /// <param name="operation">Its name, with the dollar sign.</param>
    /// <param name="criteria">Search criteria alone.</param>
    /// <param name="sort">As <c>_sort</c> says it.</param>
    /// <param name="isKept">Asked once for each, in order.</param>
    /// <exception cref="FhirException">400: no search, or one that finds too much.</exception>
    public async Task<IReadOnlyList<Disclosure>> FindAsync(
        Caller caller,
        string type,
        string operation,
        IReadOnlyList<KeyValuePair<string, string>> criteria,
        string sort,
        Func<ReadOnlyMemory<byte>, bool> isKept,
        CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Search);
        var instant = store.Now();
        SearchQueries.RefuseResults(criteria, operation);
        var request = queries.Read(caller, type, [.. criteria, KeyValuePair.Create("_sort", sort)], lenient: false, instant);
        lookups.Demand(caller, request.Query);
        var (found, row) = await turns.RunAsync(
            caller,
            () => FindAsync(
                caller, request.Query, $"{type}/{operation}", AuditTrail.QueryText(criteria), isKept, instant, cancellationToken),
            cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        lookups.Note(caller, criteria, request.Query, new([], [], null, null));
        await lookups.TellAsync();
        return found;
    }

    /// <param name="text">The query in the caller's own words.</param>
    private async Task<(IReadOnlyList<Disclosure> Found, AuditRow Row)> FindAsync(
        Caller caller,
        SearchQuery query,
        string target,
        string text,
        Func<ReadOnlyMemory<byte>, bool> isKept,
        long instant,
        CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        var kept = new List<(SeenResource Seen, Disclosure Disclosure)>();
        var (after, looked) = ((SearchCursor?)null, 0);
        do
        {
            var page = snapshot.Rows.Search(query with { Count = SearchQuery.MaximumCount, After = after }, sight);
            foreach (var (seen, disclosure) in page.Matches.Zip(snapshot.DiscloseEach(page.Matches, sight)))
            {
                if (disclosure is not null && isKept(disclosure.Body))
                {
                    kept.Add((seen, disclosure));
                }
            }

            (after, looked) = (page.Next, looked + page.Matches.Count);
            if (looked >= Most && after is not null)
            {
                throw new FhirException(
                    IssueCode.TooCostly, $"More than {Most} {query.Type} resources meet the criteria. Ask for fewer.");
            }
        }
        while (after is not null);
        var row = AuditTrail.ListRow(snapshot, FhirInteraction.Operation, target, text, kept.Select(item => item.Seen));
        return (kept.ConvertAll(item => item.Disclosure), row);
    }
}
