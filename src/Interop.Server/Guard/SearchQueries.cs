using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard;

/// <summary>Reads the searches that callers ask for, their page links too.</summary>
internal sealed class SearchQueries(SearchQueryParser queries, Secrets secrets)
{
    private const string Cursor = "_cursor";
    private const string TypeParameter = "_type";

    private static readonly string[] ResultParameters =
    [
        "_sort", "_count", "_include", "_revinclude", "_summary", "_total", "_elements", "_contained", "_containedType", Cursor, "_format",
        "_pretty",
    ];

    /// <param name="lenient">Whether parameters that are not understood are left out, and said so, instead of refused.</param>
    /// <param name="instant">When it is asked, UTC microseconds.</param>
    /// <param name="compartment">In whose compartment it is searched; null for everywhere.</param>
    /// <exception cref="FhirException">400.</exception>
    public SearchRequest Read(
        Caller caller,
        string type,
        IReadOnlyList<KeyValuePair<string, string>> pairs,
        bool lenient,
        long instant,
        ResourceKey? compartment = null)
    {
        var path = compartment is null ? type : $"{compartment}/{type}";
        var opened = new List<KeyValuePair<string, string>>();
        foreach (var pair in pairs)
        {
            opened.Add(pair.Key != Cursor
                ? pair
                : KeyValuePair.Create(Cursor, Open(caller, path, pairs, pair.Value)));
        }

        var parsed = queries.Parse(type, opened, lenient, instant);
        return parsed.Query is { } query
            ? new(path, Within(query, compartment), pairs, [.. parsed.Used.Where(pair => pair.Key != Cursor)], parsed.Ignored)
            : throw new FhirException(400, parsed.Issues);
    }

    /// <summary>
    /// Reads a search of several types, which is carried out type after type: each is asked the same, and a page link says in which it goes
    /// on.
    /// </summary>
    /// <exception cref="FhirException">400: one of the types does not have a parameter.</exception>
    public SearchesRequest Read(Caller caller, SearchArea area, IReadOnlyList<KeyValuePair<string, string>> pairs, long instant)
    {
        if (area.Types.Count > 1 && pairs.Any(pair => pair.Key == "_sort"))
        {
            throw new FhirException(IssueCode.NotSupported, "_sort: what is found of several types comes type after type.");
        }

        var asked = pairs.Where(pair => pair.Key is not (Cursor or TypeParameter) && !area.Parameters.Contains(pair.Key)).ToList();
        List<SearchQuery> all =
        [
            .. area.Types.Select(type => Read(caller, type, asked, lenient: false, instant, area.Compartment).Query)
                .Select(query => query with { Criteria = [.. query.Criteria, .. area.Further?.Invoke(query.Type) ?? []] }),
        ];
        var link = pairs.FirstOrDefault(pair => pair.Key == Cursor).Value;
        var (first, after) = link is null ? (area.Types[0], null) : PlaceOf(Open(caller, area.Path, pairs, link));
        return new(area, all, first, after, pairs, [.. pairs.Where(pair => pair.Key != Cursor)]);
    }

    /// <summary>The link's token for the page that begins in a type.</summary>
    public string Sign(Caller caller, SearchesRequest request, string type, SearchCursor? after) =>
        secrets.Sign(caller, Canonical(request.Area.Path, request.Used), $"{type} {after?.Write()}");

    private SearchQuery Within(SearchQuery query, ResourceKey? compartment) => compartment is not { } key
        ? query
        : queries.InCompartment(key, query.Type) is { } criterion
            ? query with { Criteria = [.. query.Criteria, criterion] }
            : throw new FhirException(IssueCode.NotSupported, $"No {query.Type} is in the compartment of a {key.Type}.");

    /// <summary>A cursor is good only for the caller and the search that it was given to; anything else is garbage.</summary>
    private string Open(Caller caller, string path, IReadOnlyList<KeyValuePair<string, string>> pairs, string cursor) =>
        secrets.Open(caller, Canonical(path, pairs), cursor)
            ?? throw new FhirException(IssueCode.Value, "The page link is not one of this search's.");

    private static (string Type, SearchCursor? After) PlaceOf(string text)
    {
        var parts = text.Split(' ', 2);
        return (parts[0], SearchCursor.TryRead(parts[1]));
    }

    /// <summary>
    /// A condition is criteria alone: what shapes an answer (https://hl7.org/fhir/R4/search.html#return) has none to shape.
    /// </summary>
    /// <exception cref="FhirException">400.</exception>
    public SearchRequest ReadCondition(Caller caller, string type, string condition, long instant)
    {
        var pairs = FhirRequest.Pairs(condition);
        RefuseResults(pairs, "A condition");

        var read = Read(caller, type, pairs, lenient: false, instant);
        return read with { Query = read.Query with { Count = 2 } };
    }

    /// <exception cref="FhirException">400: what shapes an answer, where only criteria can be.</exception>
    public static void RefuseResults(IEnumerable<KeyValuePair<string, string>> pairs, string what)
    {
        if (pairs.FirstOrDefault(pair => ResultParameters.Contains(pair.Key.Split(':')[0])).Key is { } name)
        {
            throw new FhirException(IssueCode.NotSupported, $"{what} has search criteria only, and {name} is none.");
        }
    }

    /// <summary>The link's token for the next page, good for this caller and this search.</summary>
    public string Sign(Caller caller, SearchRequest request, SearchCursor next) =>
        secrets.Sign(caller, Canonical(request.Path, request.Used), next.Write());

    private static string Canonical(string path, IEnumerable<KeyValuePair<string, string>> pairs) =>
        path + "?" + string.Join(
            '&', pairs.Where(pair => pair.Key != Cursor).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
}

/// <summary>A search as it was asked and as it is understood.</summary>
/// <param name="Path">Below the server's address.</param>
/// <param name="Pairs">As they came.</param>
/// <param name="Used">Those that it answers.</param>
/// <param name="Ignored">Why others were left out, where the caller lets them.</param>
internal sealed record SearchRequest(
    string Path,
    SearchQuery Query,
    IReadOnlyList<KeyValuePair<string, string>> Pairs,
    IReadOnlyList<KeyValuePair<string, string>> Used,
    IReadOnlyList<Issue> Ignored);

/// <summary>Where several types are searched.</summary>
/// <param name="Path">Below the server's address.</param>
/// <param name="Types">In the order in which what is found comes.</param>
internal sealed record SearchArea(string Path, ResourceKey? Compartment, IReadOnlyList<string> Types)
{
    /// <summary>Parameters that are no search's own, but what asks for it.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>What is asked of a type besides.</summary>
    public Func<string, IReadOnlyList<SearchCriterion>>? Further { get; init; }

    /// <summary>Of which types a page brings along what its resources refer to.</summary>
    public Func<string, bool> Brings { get; init; } = _ => false;
}

/// <summary>A search of several types as it is understood.</summary>
/// <param name="Queries">One for each type.</param>
/// <param name="First">The type in which the page begins.</param>
/// <param name="After">Where it begins there; null for its first.</param>
/// <param name="Pairs">As they came.</param>
/// <param name="Used">Without the page link's.</param>
internal sealed record SearchesRequest(
    SearchArea Area,
    IReadOnlyList<SearchQuery> Queries,
    string First,
    SearchCursor? After,
    IReadOnlyList<KeyValuePair<string, string>> Pairs,
    IReadOnlyList<KeyValuePair<string, string>> Used);
