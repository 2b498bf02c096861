using Interop.Fhir;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;
using Interop.Storage.Search;

namespace Interop.Server.Guard.Searches;

/// <summary>Searching: over what the caller's sight sees and nothing else, so that totals and pages are exact.</summary>
internal sealed class GuardedSearches(
    GuardedStore store, SearchQueries queries, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    /// <param name="compartment">In whose compartment it is searched; null for everywhere.</param>
    public async Task<SearchAnswer> SearchAsync(
        Caller caller,
        string type,
        ResourceKey? compartment,
        IReadOnlyList<KeyValuePair<string, string>> pairs,
        bool lenient,
        CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Search);
        var instant = store.Now();
        var request = queries.Read(caller, type, pairs, lenient, instant, compartment);
        lookups.Demand(caller, request.Query);
        var (page, matches, included, row) = await turns.RunAsync(
            caller, () => FindAsync(caller, request, instant, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        lookups.Note(caller, request.Pairs, request.Query, page);
        await lookups.TellAsync();
        return new(
            matches,
            included,
            page.Total,
            page.Next is null ? null : queries.Sign(caller, request, page.Next),
            request.Used,
            request.Ignored);
    }

    private async Task<(SearchPage Page, IReadOnlyList<Disclosure> Matches, IReadOnlyList<Disclosure> Included, AuditRow Row)> FindAsync(
        Caller caller, SearchRequest request, long instant, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        var page = snapshot.Rows.Search(request.Query, sight);
        return (
            page,
            snapshot.DiscloseAll(page.Matches, sight),
            snapshot.DiscloseAll(page.Included, sight),
            AuditTrail.SearchRow(snapshot, request, page));
    }
}
