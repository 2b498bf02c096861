using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard;

/// <summary>Reads the searches that callers ask for, their page links too.</summary>
internal sealed class SearchQueries(SearchQueryParser queries, Secrets secrets)
{
    private const string Cursor = "_cursor";

    private static readonly string[] ResultParameters =
    [
        "_sort", "_count", "_include", "_revinclude", "_summary", "_total", "_elements", "_contained", "_containedType", Cursor, "_format",
        "_pretty",
    ];

    /// <param name="lenient">Whether parameters that are not understood are left out, and said so, instead of refused.</param>
    /// <param name="instant">When it is asked, UTC microseconds.</param>
    /// <exception cref="FhirException">400.</exception>
    public SearchRequest Read(
        Caller caller, string type, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, long instant)
    {
        var opened = new List<KeyValuePair<string, string>>();
        foreach (var pair in pairs)
        {
            // A cursor is good only for the caller and the search that it was given to; anything else is garbage.
            opened.Add(pair.Key != Cursor
                ? pair
                : secrets.Open(caller, Canonical(type, pairs), pair.Value) is { } cursor
                    ? KeyValuePair.Create(Cursor, cursor)
                    : throw new FhirException(IssueCode.Value, "The page link is not one of this search's."));
        }

        var parsed = queries.Parse(type, opened, lenient, instant);
        return parsed.Query is { } query
            ? new(query, pairs, [.. parsed.Used.Where(pair => pair.Key != Cursor)], parsed.Ignored)
            : throw new FhirException(400, parsed.Issues);
    }

    /// <summary>
    /// A condition is criteria alone: what shapes an answer (https://hl7.org/fhir/R4/search.html#return) has none to shape.
    /// </summary>
    /// <exception cref="FhirException">400.</exception>
    public SearchRequest ReadCondition(Caller caller, string type, string condition, long instant)
    {
        var pairs = FhirRequest.Pairs(condition);
        if (pairs.FirstOrDefault(pair => ResultParameters.Contains(pair.Key.Split(':')[0])).Key is { } name)
        {
            throw new FhirException(IssueCode.NotSupported, $"A condition has search criteria only, and {name} is none.");
        }

        var read = Read(caller, type, pairs, lenient: false, instant);
        return read with { Query = read.Query with { Count = 2 } };
    }

    /// <summary>The link's token for the next page, good for this caller and this search.</summary>
    public string Sign(Caller caller, SearchRequest request, SearchCursor next) =>
        secrets.Sign(caller, Canonical(request.Query.Type, request.Used), next.Write());

    private static string Canonical(string type, IEnumerable<KeyValuePair<string, string>> pairs) =>
        type + "?" + string.Join(
            '&', pairs.Where(pair => pair.Key != Cursor).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
}

/// <summary>A search as it was asked and as it is understood.</summary>
/// <param name="Pairs">As they came.</param>
/// <param name="Used">Those that it answers.</param>
/// <param name="Ignored">Why others were left out, where the caller lets them.</param>
internal sealed record SearchRequest(
    SearchQuery Query,
    IReadOnlyList<KeyValuePair<string, string>> Pairs,
    IReadOnlyList<KeyValuePair<string, string>> Used,
    IReadOnlyList<Issue> Ignored);
