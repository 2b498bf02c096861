namespace Interop.Fhir.Schema;

/// <summary>search-param-type (https://hl7.org/fhir/R4/valueset-search-param-type.html).</summary>
public enum SearchParameterType
{
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,
    Special,
}

/// <summary>One search parameter as it applies to one resource type (https://hl7.org/fhir/R4/searchparameter-registry.html).</summary>
/// <param name="Resource">The base type that it is asked of.</param>
/// <param name="Code">The name in the query string.</param>
/// <param name="Url">Canonical URL of its definition.</param>
/// <param name="Expression">The part of the definition's FHIRPath that concerns this base.</param>
/// <param name="Targets">For references: the resource types that it may point at.</param>
/// <param name="Components">For composites: url of each component's parameter and its expression relative to this one's.</param>
public sealed record SearchParameterFacts(
    string Resource,
    string Code,
    string Url,
    SearchParameterType Type,
    string Expression,
    IReadOnlyList<string> Targets,
    IReadOnlyList<SearchComponentFacts> Components);

/// <summary>One component of a composite search parameter.</summary>
public sealed record SearchComponentFacts(string Definition, SearchParameterType Type, string Expression);
