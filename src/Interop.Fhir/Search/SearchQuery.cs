namespace Interop.Fhir.Search;

/// <summary>
/// A search as asked for, checked against the search parameters of its type and free of HTTP
/// (https://hl7.org/fhir/R4/search.html). All criteria must hold.
/// </summary>
/// <param name="Type">The resource type that is searched.</param>
/// <param name="Count">Matches per page, 0 to 1000; 0 asks for the total only.</param>
/// <param name="Total">
/// What <c>_total</c> asks for; an estimate is the exact number, and where there are more than <see cref="MaximumEstimate"/>, that.
/// </param>
/// <param name="CountOnly"><c>_summary=count</c>.</param>
/// <param name="After">The place where the page begins; null for the first page.</param>
public sealed record SearchQuery(
    string Type,
    IReadOnlyList<SearchCriterion> Criteria,
    IReadOnlyList<SearchSort> Sort,
    IReadOnlyList<SearchInclude> Includes,
    int Count,
    SearchTotal Total,
    bool CountOnly,
    SearchCursor? After)
{
    /// <summary>
    /// Whether the ids of <c>_id</c> are the server's words and not those of who searches: they restrict, and nobody has named them.
    /// </summary>
    public bool ListsIds { get; init; }

    /// <summary>Matches per page when <c>_count</c> is absent.</summary>
    public const int DefaultCount = 50;

    /// <summary>The most matches per page.</summary>
    public const int MaximumCount = 1000;

    /// <summary>How far an estimate counts.</summary>
    public const int MaximumEstimate = 500;

    /// <summary>A first page with default settings, for code that searches on its own behalf.</summary>
    public static SearchQuery Of(string type, params IReadOnlyList<SearchCriterion> criteria) =>
        new(type, criteria, [], [], DefaultCount, SearchTotal.None, CountOnly: false, After: null);
}

/// <summary><c>_total</c> (https://hl7.org/fhir/R4/search.html#total).</summary>
public enum SearchTotal
{
    None,
    Estimate,
    Accurate,
}

/// <summary>One key of <c>_sort</c>; without a parameter it is <c>_id</c> or <c>_lastUpdated</c>, as the code says.</summary>
public sealed record SearchSort(string Code, Schema.SearchParameterFacts? Parameter, bool Descending);

/// <summary>
/// One <c>_include</c> or <c>_revinclude</c> (https://hl7.org/fhir/R4/search.html#revinclude).
/// </summary>
/// <param name="Parameter">The reference parameter that is followed, of the type that holds the reference.</param>
/// <param name="Target">Only targets of this type; null for any.</param>
/// <param name="Reverse">Whether it is a <c>_revinclude</c>.</param>
/// <param name="Iterate">Whether it is followed from included resources too.</param>
public sealed record SearchInclude(Schema.SearchParameterFacts Parameter, string? Target, bool Reverse, bool Iterate);
