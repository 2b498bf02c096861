using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Search;

/// <summary>What came of reading a search: a query, or the issues that refuse it; and the parameters that a lenient reading left out.</summary>
public sealed record SearchParse(SearchQuery? Query, IReadOnlyList<Issue> Issues, IReadOnlyList<string> Ignored);

/// <summary>Reads the parameters of a search. Whatever it does not know is an issue that names the parameter, never ignored in silence.</summary>
/// <param name="find">The search parameter of a type by its code; null where there is none.</param>
/// <param name="ownBase">This server's FHIR base URL, without a slash at the end: references below it are local.</param>
public sealed class SearchQueryParser(Func<string, string, SearchParameterFacts?> find, string ownBase)
{
    /// <summary>Reads name and value pairs, already decoded from the URL or form.</summary>
    /// <param name="lenient"><c>Prefer: handling=lenient</c>: parameters that are unknown or unsupported are left out and reported.</param>
    /// <param name="now">UTC microseconds of the request, for <c>ap</c>.</param>
    public SearchParse Parse(string type, IEnumerable<KeyValuePair<string, string>> parameters, bool lenient, long now)
    {
        _ = (find, ownBase, type, parameters, lenient, now);
        return new(null, [], []);
    }
}
