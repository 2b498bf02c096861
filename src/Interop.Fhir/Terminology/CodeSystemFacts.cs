using System.Text.Json;

namespace Interop.Fhir.Terminology;

/// <summary>One concept of a loaded code system.</summary>
/// <param name="Parents">Codes above it, by nesting or by the properties parent and subsumedBy.</param>
/// <param name="Properties">The texts of its properties by their codes.</param>
internal sealed record ConceptFacts(
    string Code,
    string? Display,
    string? Definition,
    IReadOnlyList<string> Designations,
    List<string> Parents,
    ILookup<string, string> Properties)
{
    /// <summary>May not be chosen: it only groups others.</summary>
    public bool IsAbstract => Properties["notSelectable"].Contains("true");

    public bool IsInactive =>
        Properties["inactive"].Contains("true") || Properties["status"].Any(status => status is "retired" or "inactive");
}

/// <summary>A loaded CodeSystem (https://hl7.org/fhir/R4/codesystem.html).</summary>
internal sealed class CodeSystemFacts
{
    private readonly Dictionary<string, ConceptFacts> concepts;

    private CodeSystemFacts(JsonElement resource)
    {
        Url = resource.Text("url")!;
        Version = resource.Text("version");
        Name = resource.Text("title") ?? resource.Text("name") ?? Url;
        ValueSet = resource.Text("valueSet");
        IsComplete = resource.Text("content") == "complete";
        IgnoresCase = resource.TryGetProperty("caseSensitive", out var isCaseSensitive) && !isCaseSensitive.GetBoolean();
        concepts = new(IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

        // Nesting says is-a unless the system says that it means something else.
        Read(resource, null, resource.Text("hierarchyMeaning") is null or "is-a");
        foreach (var (child, parent) in concepts.Values.SelectMany(concept =>
            concept.Properties["child"].Select(child => (child, concept.Code))))
        {
            Find(child)?.Parents.Add(parent);
        }
    }

    public string Url { get; }

    public string? Version { get; }

    public string Name { get; }

    /// <summary>The value set of all codes, by its URL.</summary>
    public string? ValueSet { get; }

    /// <summary>False for a fragment, an example or a mere mention: a code that is not listed may exist all the same.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether it says so: who does not say minds the case.</summary>
    public bool IgnoresCase { get; }

    public IReadOnlyCollection<ConceptFacts> Concepts => concepts.Values;

    public static CodeSystemFacts Read(JsonElement resource) => new(resource);

    public ConceptFacts? Find(string code) => concepts.GetValueOrDefault(code);

    /// <summary>True for the concept itself and all below it.</summary>
    public bool IsA(ConceptFacts concept, string ancestor)
    {
        if (Find(ancestor) is not { } above)
        {
            return false;
        }

        var seen = new HashSet<string>();
        var open = new Stack<ConceptFacts>([concept]);
        while (open.TryPop(out var current))
        {
            if (current == above)
            {
                return true;
            }

            foreach (var parent in current.Parents.Where(seen.Add).Select(Find).OfType<ConceptFacts>())
            {
                open.Push(parent);
            }
        }

        return false;
    }

    private void Read(JsonElement holder, string? parent, bool nestingIsA)
    {
        foreach (var concept in holder.Items("concept"))
        {
            var code = concept.Text("code")!;
            var properties = concept.Items("property").ToLookup(property => property.Text("code")!, Value);
            var parents = properties["parent"].Concat(properties["subsumedBy"]).ToList();
            if (parent is not null && nestingIsA)
            {
                parents.Add(parent);
            }

            concepts.TryAdd(code, new(
                code,
                concept.Text("display"),
                concept.Text("definition"),
                [.. concept.Items("designation").Select(item => item.Text("value")!)],
                parents,
                properties));
            Read(concept, code, nestingIsA);
        }
    }

    private static string Value(JsonElement property)
    {
        var value = property.EnumerateObject().FirstOrDefault(item => item.Name.StartsWith("value", StringComparison.Ordinal)).Value;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Object => value.Text("code") ?? string.Empty,
            JsonValueKind.Undefined => string.Empty,
            _ => value.GetRawText(),
        };
    }
}
