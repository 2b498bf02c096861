using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;
using Interop.Storage.Search;

namespace Interop.Server.Guard.Searches;

/// <summary>
/// Searching several types at once, in a compartment or everywhere: one after the other on one snapshot, so that pages are full and go on
/// where they ended.
/// </summary>
internal sealed class GuardedAreas(
    GuardedStore store, SearchQueries queries, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    public async Task<SearchAnswer> SearchAsync(
        Caller caller,
        SearchArea area,
        FhirInteraction interaction,
        IReadOnlyList<KeyValuePair<string, string>> pairs,
        CancellationToken cancellationToken)
    {
        var instant = store.Now();
        var request = queries.Read(caller, area, pairs, instant);
        foreach (var query in request.Queries)
        {
            lookups.Demand(caller, query);
        }

        var (answer, pages, row) = await turns.RunAsync(
            caller, () => FindAsync(caller, request, interaction, instant, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        foreach (var (query, page) in pages)
        {
            lookups.Note(caller, request.Pairs, query, page);
        }

        await lookups.TellAsync();
        return answer;
    }

    private async Task<Found> FindAsync(
        Caller caller, SearchesRequest request, FhirInteraction interaction, long instant, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        var pages = new List<(SearchQuery Query, SearchPage Page)>();
        var missing = request.Queries[0].CountOnly ? 0 : request.Queries[0].Count;
        string? next = null;
        foreach (var query in request.Queries.SkipWhile(query => query.Type != request.First))
        {
            // Beyond the last entry of the page it is only asked whether there is one more.
            var isFull = missing == 0;
            var after = query.Type == request.First ? request.After : null;
            if (isFull && (pages.Count == 0 || next is not null))
            {
                break;
            }

            var page = snapshot.Rows.Search(
                query with
                {
                    Count = isFull ? 1 : missing, After = after, Total = SearchTotal.None, Includes = isFull ? [] : query.Includes,
                },
                sight);
            if (isFull)
            {
                next = page.Matches.Count > 0 ? queries.Sign(caller, request, query.Type, null) : null;
                continue;
            }

            pages.Add((query, page));
            missing -= page.Matches.Count;
            next = page.Next is null ? null : queries.Sign(caller, request, query.Type, page.Next);
        }

        List<Disclosure> matches = [.. pages.SelectMany(page => snapshot.DiscloseAll(page.Page.Matches, sight))];
        var keys = matches.Select(match => match.Key).ToHashSet();
        List<Disclosure> included =
            [.. pages.SelectMany(page => snapshot.DiscloseAll(page.Page.Included, sight)).Where(disclosure => keys.Add(disclosure.Key))];
        var brought = snapshot.Referenced(matches, sight, key => request.Area.Brings(key.Type) && keys.Add(key));
        included.AddRange(snapshot.DiscloseAll(brought, sight));
        var shown = pages.SelectMany(page => page.Page.Matches.Concat(page.Page.Included)).Concat(brought).DistinctBy(seen => seen.Key);
        return new(
            new(matches, included, Total(snapshot, request, sight), next, request.Used, []),
            pages,
            AuditTrail.ListRow(snapshot, interaction, request.Area.Path, AuditTrail.QueryText(request.Pairs), shown));
    }

    private static long? Total(GuardedSnapshot snapshot, SearchesRequest request, Sight sight) =>
        request.Queries.Any(query => query.Total == SearchTotal.None && !query.CountOnly && query.Count > 0)
            ? null
            : request.Queries.Sum(query => snapshot.Rows.Search(query with { CountOnly = true, After = null }, sight).Total ?? 0);

    private sealed record Found(SearchAnswer Answer, IReadOnlyList<(SearchQuery Query, SearchPage Page)> Pages, AuditRow Row);
}
