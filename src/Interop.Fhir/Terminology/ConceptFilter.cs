using System.Text.Json;
using System.Text.RegularExpressions;

namespace Interop.Fhir.Terminology;

/// <summary>One filter of a value set over the concepts of its system (https://hl7.org/fhir/R4/valueset-filter-operator.html).</summary>
internal sealed class ConceptFilter
{
    private readonly string property;
    private readonly Func<CodeSystemFacts, ConceptFacts, bool> holds;

    private ConceptFilter(string property, string operation, string value)
    {
        this.property = property;
        var values = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var pattern = operation == "regex" ? new Regex($"^(?:{value})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
            : null;
        holds = operation switch
        {
            "is-a" => (system, concept) => system.IsA(concept, value),
            "descendent-of" => (system, concept) => system.Find(value) is { } above && above != concept && system.IsA(concept, value),
            "is-not-a" => (system, concept) => !system.IsA(concept, value),
            "generalizes" => (system, concept) => system.Find(value) is { } below && system.IsA(below, concept.Code),
            "=" => (_, concept) => Values(concept).Contains(value),
            "in" => (_, concept) => Values(concept).Any(values.Contains),
            "not-in" => (_, concept) => !Values(concept).Any(values.Contains),
            "exists" => (_, concept) => Values(concept).Any() == (value == "true"),
            "regex" => (_, concept) => Values(concept).Any(pattern!.IsMatch),
            _ => throw new ArgumentException("Not a filter operator of R4.", nameof(operation)),
        };
    }

    /// <summary>Null for an operator that R4 lacks and a regular expression that can't be evaluated in linear time.</summary>
    public static ConceptFilter? Read(JsonElement filter)
    {
        try
        {
            return new(filter.Text("property")!, filter.Text("op")!, filter.Text("value")!);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    public bool Holds(CodeSystemFacts system, ConceptFacts concept) => holds(system, concept);

    private IEnumerable<string> Values(ConceptFacts concept) => property switch
    {
        "concept" or "code" => [concept.Code],
        "display" => concept.Display is null ? [] : [concept.Display],
        "definition" => concept.Definition is null ? [] : [concept.Definition],
        "parent" => concept.Parents,
        _ => concept.Properties[property],
    };
}
