using System.Text.Json.Nodes;
using static Interop.Distil.Definitions;

namespace Interop.Distil;

/// <summary>One line per compartment and resource type: [compartment, type, "parameter parameter ..."].</summary>
internal static class CompartmentFacts
{
    // Stands for the compartment's own resource, which has no parameter for itself.
    private const string Itself = "{def}";

    public static IEnumerable<JsonNode> Lines(Definitions definitions) =>
        definitions.Compartments
            .Where(compartment => Text(compartment, "url") != "http://hl7.org/fhir/CompartmentDefinition/example")
            .SelectMany(
                compartment => Items(compartment, "resource"),
                (compartment, resource) => (
                    Compartment: Text(compartment, "code"),
                    Type: Text(resource, "code"),
                    Parameters: Items(resource, "param").Select(parameter => parameter.GetString()).Where(name => name != Itself).ToList()))
            .Where(line => line.Parameters.Count > 0)
            .OrderBy(line => line.Compartment, StringComparer.Ordinal)
            .ThenBy(line => line.Type, StringComparer.Ordinal)
            .Select(line => new JsonArray(line.Compartment, line.Type, string.Join(' ', line.Parameters)));
}
