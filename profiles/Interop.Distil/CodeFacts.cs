using System.Text.Json;
using System.Text.Json.Nodes;
using static Interop.Distil.Definitions;

namespace Interop.Distil;

/// <summary>
/// One line per value set that a required binding names: [url, {system: "code code ..."}], from the official expansions.
/// Sets that cannot be enumerated (MIME types, UCUM) are absent: their codes are checked for syntax only.
/// </summary>
internal static class CodeFacts
{
    private static readonly string[] Open =
        ["http://hl7.org/fhir/ValueSet/mimetypes", "http://hl7.org/fhir/ValueSet/ucum-units"];

    public static IEnumerable<JsonNode> Lines(Definitions definitions)
    {
        var required = definitions.Structures
            .SelectMany(structure => structure.GetProperty("snapshot").GetProperty("element").EnumerateArray())
            .Where(element => element.TryGetProperty("binding", out var binding) && Text(binding, "strength") == "required")
            .Select(element => Text(element.GetProperty("binding"), "valueSet")!.Split('|')[0])
            .ToHashSet(StringComparer.Ordinal);
        var expansions = definitions.ValueSetExpansions
            .Where(set => Text(set, "resourceType") == "ValueSet")
            .DistinctBy(set => Text(set, "url"))
            .ToDictionary(set => Text(set, "url")!, StringComparer.Ordinal);
        return required
            .Except(Open)
            .Order(StringComparer.Ordinal)
            .Where(expansions.ContainsKey)
            .Select(url => (Url: url, Codes: Codes(definitions, expansions[url])))
            .Where(set => set.Codes.Count > 0)
            .Select(set => new JsonArray(set.Url, set.Codes))
            .ToList();
    }

    private static JsonObject Codes(Definitions definitions, JsonElement set)
    {
        var systems = new JsonObject();
        if (!set.TryGetProperty("expansion", out var expansion))
        {
            return systems;
        }

        var codes = Contained(expansion).Where(code => !NotSelectable(definitions, code));
        foreach (var system in codes.GroupBy(code => Text(code, "system")!))
        {
            systems[system.Key] = string.Join(' ', system.Select(code => Text(code, "code")).Distinct());
        }

        return systems;
    }

    private static IEnumerable<JsonElement> Contained(JsonElement parent) =>
        Items(parent, "contains").SelectMany(item => Contained(item).Prepend(item)).Where(item => Text(item, "code") is not null);

    // The official expansion of item-type lists the abstract code `question` as if it could be used.
    private static bool NotSelectable(Definitions definitions, JsonElement code)
    {
        if (code.TryGetProperty("abstract", out var isAbstract) && isAbstract.GetBoolean())
        {
            return true;
        }

        return definitions.CodeSystems
            .Where(system => Text(system, "url") == Text(code, "system"))
            .SelectMany(system => Concepts(system))
            .Where(concept => Text(concept, "code") == Text(code, "code"))
            .SelectMany(concept => Items(concept, "property"))
            .Any(property => Text(property, "code") is "notSelectable" or "abstract"
                && property.TryGetProperty("valueBoolean", out var value) && value.GetBoolean());
    }

    private static IEnumerable<JsonElement> Concepts(JsonElement parent) =>
        Items(parent, "concept").SelectMany(concept => Concepts(concept).Prepend(concept));
}
