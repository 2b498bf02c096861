using Interop.Fhir.Schema;

namespace Interop.Fhir.Search;

/// <summary>One condition of a search. A closed set of records. AND joins the criteria of a query, OR the values of one.</summary>
public abstract record SearchCriterion;

/// <summary>A parameter has one of the values.</summary>
public sealed record ValueCriterion(SearchParameterFacts Parameter, SearchModifier Modifier, IReadOnlyList<SearchValue> Values)
    : SearchCriterion;

/// <summary><c>:missing</c>: whether the parameter has any value.</summary>
public sealed record MissingCriterion(SearchParameterFacts Parameter, bool Missing) : SearchCriterion;

/// <summary><c>_id</c>: one of the ids.</summary>
public sealed record IdCriterion(IReadOnlyList<string> Ids) : SearchCriterion;

/// <summary><c>_lastUpdated</c>: the time at which the caller's view last changed is in one of the intervals.</summary>
public sealed record LastUpdatedCriterion(IReadOnlyList<DateValue> Values) : SearchCriterion;

/// <summary>At least one of the criteria holds: that a resource is in a compartment, say.</summary>
public sealed record AnyCriterion(IReadOnlyList<SearchCriterion> Alternatives) : SearchCriterion;

/// <summary>All of the criteria hold; none is true of everything.</summary>
public sealed record AllCriterion(IReadOnlyList<SearchCriterion> Criteria) : SearchCriterion;

/// <summary>A chain: the reference leads to a resource of one of the types, and that resource meets the type's criterion.</summary>
public sealed record ChainCriterion(SearchParameterFacts Reference, IReadOnlyList<ChainTarget> Targets) : SearchCriterion;

/// <summary>What a chain asks of a target of one type.</summary>
public sealed record ChainTarget(string Type, SearchCriterion Criterion);

/// <summary><c>_has</c>: some resource of the type points here with the reference and meets the criterion.</summary>
public sealed record ReverseCriterion(string Type, SearchParameterFacts Reference, SearchCriterion Criterion) : SearchCriterion;

/// <summary>The modifiers that change how values match (https://hl7.org/fhir/R4/search.html#modifiers).</summary>
public enum SearchModifier
{
    None,
    Exact,
    Contains,
    Not,

    /// <summary>The value is the identifier of a logical reference.</summary>
    Identifier,
}

/// <summary>Modifiers that ask for other values than those that the parameter is about.</summary>
public static class SearchModifiers
{
    /// <summary>
    /// The name under which the words of a token are indexed, as strings: <c>:text</c> is a search for a string, and no modifier of one.
    /// </summary>
    /// <param name="token">The code of a parameter of type token.</param>
    public static string TextOf(string token) => $"{token}:text";
}
