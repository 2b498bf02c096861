using System.Text.Json;

namespace Interop.Distil;

/// <summary>The definition bundles of the package, each as its list of resources.</summary>
internal sealed record Definitions(
    IReadOnlyList<JsonElement> Structures,
    IReadOnlyList<JsonElement> SearchParameters,
    IReadOnlyList<JsonElement> ValueSetExpansions,
    IReadOnlyList<JsonElement> CodeSystems,
    IReadOnlyList<JsonElement> Compartments)
{
    public static Definitions Read(string package)
    {
        var resources = Entries(package, "Bundle-resources.json");
        return new(
            [.. Entries(package, "Bundle-types.json").Concat(resources).Where(IsStructure)],
            Entries(package, "Bundle-searchParams.json"),
            Entries(package, "Bundle-valueset-expansions.json"),
            [.. Entries(package, "Bundle-valuesets.json").Where(resource => Text(resource, "resourceType") == "CodeSystem")],
            [.. resources.Where(resource => Text(resource, "resourceType") == "CompartmentDefinition")]);
    }

    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.EnumerateArray() : [];

    // MetadataResource is listed beside the resource types but is a logical model; constraints are profiles such as SimpleQuantity.
    private static bool IsStructure(JsonElement resource) =>
        Text(resource, "resourceType") == "StructureDefinition"
        && Text(resource, "derivation") != "constraint"
        && Text(resource, "kind") != "logical";

    private static List<JsonElement> Entries(string package, string file)
    {
        var bundle = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, file)));
        return [.. bundle.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))];
    }
}
