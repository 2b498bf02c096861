using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Oversight;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    private static readonly string[] ResultParameters =
    [
        "_sort", "_count", "_include", "_revinclude", "_summary", "_total", "_elements", "_contained", "_containedType", "_cursor", "_format", "_pretty",
    ];

    public async Task<SearchAnswer> SearchAsync(
        Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, CancellationToken cancellationToken)
    {
        Require(caller, type, 's');
        var instant = Now();
        var (query, used, ignored) = Parsed(caller, type, pairs, lenient, instant);
        limits.DemandLookup(caller, PersonLookup.Cost(query));
        var (page, matches, included) = await InTurnAsync(caller, () => FindAsync(caller, query, instant, cancellationToken), cancellationToken);
        await audit.RecordAsync(SearchRow(caller, instant, type, pairs, page, isCondition: false), cancellationToken);
        Note(caller, type, pairs, query, page);
        await TellOfFishingAsync();
        return new(
            matches,
            included,
            page.Total,
            page.Next is null ? null : secrets.Sign(caller, CanonicalQuery(type, used), page.Next.Write()),
            used,
            ignored);
    }

    private async Task<(SearchPage Page, IReadOnlyList<Disclosure> Matches, IReadOnlyList<Disclosure> Included)> FindAsync(
        Caller caller, SearchQuery query, long instant, CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        var sight = await SightAsync(read, caller, instant, 's', cancellationToken);
        var page = await read.SearchAsync(query, sight, cancellationToken);
        return (
            page,
            await DiscloseAllAsync(read, page.Matches, sight, cancellationToken),
            await DiscloseAllAsync(read, page.Included, sight, cancellationToken));
    }

    private SearchQuery Query(Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, long instant) =>
        Parsed(caller, type, pairs, lenient: false, instant).Query;

    private (SearchQuery Query, IReadOnlyList<KeyValuePair<string, string>> Used, IReadOnlyList<Issue> Ignored) Parsed(
        Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, long instant)
    {
        var opened = new List<KeyValuePair<string, string>>();
        foreach (var pair in pairs)
        {
            // A cursor is good only for the caller and the search that it was given to; anything else is garbage.
            opened.Add(pair.Key != "_cursor"
                ? pair
                : secrets.Open(caller, CanonicalQuery(type, pairs), pair.Value) is { } cursor
                    ? KeyValuePair.Create("_cursor", cursor)
                    : throw new FhirException(400, "value", "The page link is not one of this search's."));
        }

        var parsed = queries.Parse(type, opened, lenient, instant);
        return parsed.Query is { } query
            ? (query, [.. parsed.Used.Where(pair => pair.Key != "_cursor")], parsed.Ignored)
            : throw new FhirException(400, parsed.Issues);
    }

    /// <summary>A condition is criteria alone: what shapes an answer (https://hl7.org/fhir/R4/search.html#return) has none to shape.</summary>
    private static List<KeyValuePair<string, string>> ConditionPairs(string condition)
    {
        var pairs = FhirRequest.Pairs(condition);
        return pairs.FirstOrDefault(pair => ResultParameters.Contains(pair.Key.Split(':')[0])).Key is { } name
            ? throw new FhirException(400, "not-supported", $"A condition has search criteria only, and {name} is none.")
            : pairs;
    }

    /// <summary>
    /// What a condition matches (If-None-Exist, a conditional reference): a search like any other, counted and on the trail, also where
    /// the write that it belongs to is undone.
    /// </summary>
    /// <param name="lookups">Takes the row, for whom the transaction may fail.</param>
    private IReadOnlyList<SeenResource> Matches(
        WriteSession session, Caller caller, Sight searching, string type, string condition, Lookups lookups)
    {
        var pairs = ConditionPairs(condition);
        var query = Query(caller, type, pairs, searching.Instant) with { Count = 2 };
        if (caller == Operator)
        {
            return session.Match(query, searching).Matches;
        }

        if (!lookups.IsForeseen(type, condition))
        {
            limits.DemandLookup(caller, PersonLookup.Cost(query));
        }

        var page = lookups.Confirmed(type, condition, session) ?? session.Match(query, searching);
        Note(caller, type, pairs, query, page);
        var row = SearchRow(caller, searching.Instant, type, pairs, page, isCondition: true);
        session.Audit(row);
        lookups.Rows.Add(row);
        return page.Matches;
    }

    /// <summary>Searches for what a condition asks before the write that it belongs to, on a snapshot.</summary>
    private async Task ForeseeAsync(Caller caller, string type, string condition, Lookups lookups, CancellationToken cancellationToken)
    {
        var instant = Now();
        var query = Query(caller, type, ConditionPairs(condition), instant) with { Count = 2 };
        limits.DemandLookup(caller, PersonLookup.Cost(query));
        var mark = store.MarkOf(Lookups.TypesOf(query));
        await using var read = await store.OpenReadAsync(cancellationToken);
        var sight = AsSearch(caller, await SightAsync(read, caller, instant, cancellationToken));
        lookups.Foresee(type, condition, await read.SearchAsync(query, sight, cancellationToken), mark);
    }

    /// <summary>Runs a write; where it is undone, what its conditions looked for is written down all the same.</summary>
    private async Task<T> KeepingLookupsAsync<T>(Func<Lookups, Task<T>> write)
    {
        var lookups = new Lookups();
        try
        {
            return await write(lookups);
        }
        catch when (lookups.Rows.Count > 0)
        {
            foreach (var row in lookups.Rows)
            {
                await audit.RecordAsync(row, CancellationToken.None);
            }

            throw;
        }
        finally
        {
            await TellOfFishingAsync();
        }
    }

    private static AuditRow SearchRow(
        Caller caller, long instant, string type, IEnumerable<KeyValuePair<string, string>> pairs, SearchPage page, bool isCondition) =>
        AuditTrail.Row(caller, instant, FhirInteraction.Search, type, null, "permit", detail =>
        {
            detail.WriteString("query", string.Join('&', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
            if (isCondition)
            {
                detail.WriteBoolean("condition", true);
            }

            detail.WriteStartArray("disclosed");
            foreach (var seen in page.Matches.Concat(page.Included))
            {
                detail.WriteStringValue($"{seen.Key} v{seen.Version} {seen.Tier}");
            }

            detail.WriteEndArray();
        });

    private static string CanonicalQuery(string type, IEnumerable<KeyValuePair<string, string>> pairs) =>
        type + "?" + string.Join(
            '&', pairs.Where(pair => pair.Key != "_cursor").Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));

    /// <summary>One question to the database for the references of a whole page.</summary>
    private async Task<IReadOnlyList<Disclosure>> DiscloseAllAsync(
        ReadSession read, IReadOnlyList<SeenResource> page, Sight sight, CancellationToken cancellationToken)
    {
        var references = page.SelectMany(redactor.References).Distinct().ToList();
        var visible = references.Count == 0 ? NoKeys : await read.VisibleAsync(references, sight.ForReferences(), cancellationToken);
        return [.. page.Select(seen => redactor.Disclose(seen, visible, sight.Organization)).OfType<Disclosure>()];
    }
}
