using System.Text.Json.Nodes;
using static Interop.Distil.Definitions;

namespace Interop.Distil;

/// <summary>One line per resource type of the Patient compartment: [type, "parameter parameter ..."].</summary>
internal static class CompartmentFacts
{
    public static IEnumerable<JsonNode> Lines(Definitions definitions) =>
        definitions.Compartments
            .Where(compartment => Text(compartment, "code") == "Patient")
            .SelectMany(compartment => Items(compartment, "resource"))
            .Where(resource => Items(resource, "param").Any())
            .Select(resource => new JsonArray(
                Text(resource, "code"),
                string.Join(' ', Items(resource, "param").Select(parameter => parameter.GetString()))))
            .ToList();
}
