using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    public async Task<SearchAnswer> SearchAsync(
        Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, CancellationToken cancellationToken)
    {
        Require(caller, type, 's');
        var instant = Now();
        var query = Query(caller, type, pairs, lenient, instant);
        SearchPage page;
        var matches = new List<Disclosure>();
        var included = new List<Disclosure>();
        Sight sight;
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            sight = await SightAsync(read, caller, instant, 's', cancellationToken);
            page = await read.SearchAsync(query, sight, cancellationToken);
            await DiscloseAllAsync(read, page.Matches, sight, matches, cancellationToken);
            await DiscloseAllAsync(read, page.Included, sight, included, cancellationToken);
        }

        var row = AuditTrail.Row(caller, sight.Instant, FhirInteraction.Search, type, null, "permit", detail =>
        {
            detail.WriteString("query", string.Join('&', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
            detail.WriteStartArray("disclosed");
            foreach (var seen in page.Matches.Concat(page.Included))
            {
                detail.WriteStringValue($"{seen.Key} v{seen.Version} {seen.Tier}");
            }

            detail.WriteEndArray();
        });
        await audit.RecordAsync(row, cancellationToken);
        Note(caller, type, pairs, query, found: page.Matches.Count > 0);
        await TellOfFishingAsync();
        return new(
            matches,
            included,
            page.Total,
            page.Next is null ? null : secrets.Sign(caller, CanonicalQuery(type, pairs), page.Next.Write()));
    }

    /// <summary>What a search asks, counted as a lookup where it is one.</summary>
    private SearchQuery Query(
        Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, long instant)
    {
        var query = Parse(caller, type, pairs, lenient, instant);
        if (caller != Operator && PersonLookup.Count(query) is > 0 and var persons)
        {
            limits.DemandLookup(caller, persons);
        }

        return query;
    }

    private SearchQuery Parse(
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
        return parsed.Query ?? throw new FhirException(400, parsed.Issues);
    }

    private static string CanonicalQuery(string type, IEnumerable<KeyValuePair<string, string>> pairs) =>
        type + "?" + string.Join(
            '&', pairs.Where(pair => pair.Key != "_cursor").Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));

    /// <summary>One question to the database for the references of a whole page.</summary>
    private async Task DiscloseAllAsync(
        ReadSession read, IReadOnlyList<SeenResource> page, Sight sight, List<Disclosure> disclosures, CancellationToken cancellationToken)
    {
        var references = page.SelectMany(redactor.References).Distinct().ToList();
        var visible = references.Count == 0 ? NoKeys : await read.VisibleAsync(references, sight.ForReferences(), cancellationToken);
        foreach (var seen in page)
        {
            if (redactor.Disclose(seen, visible, sight.Organization) is { } disclosure)
            {
                disclosures.Add(disclosure);
            }
        }
    }
}
