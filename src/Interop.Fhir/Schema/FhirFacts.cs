using System.Collections.Concurrent;
using System.Text.Json;

namespace Interop.Fhir.Schema;

/// <summary>
/// What R4 (4.0.1) says about its types: https://hl7.org/fhir/R4/resourcelist.html and https://hl7.org/fhir/R4/datatypes.html.
/// </summary>
public sealed class FhirFacts
{
    private static readonly Lazy<FhirFacts> Loaded = new(() => new());

    private readonly Dictionary<string, JsonElement> lines;
    private readonly Dictionary<string, FhirType> types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FhirType> backbones = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, CodeSet>> codes = new(CodeSets);
    private readonly Lazy<Dictionary<string, RuleFacts>> rules = new(Rules);
    private readonly HashSet<string> resourceTypes;
    private readonly Utf8Table<FhirType> resourcesByName;

    private FhirFacts()
    {
        lines = EmbeddedFacts.Lines("types.json").ToDictionary(line => line.Text("type")!, StringComparer.Ordinal);
        foreach (var name in lines.Keys)
        {
            AddType(name);
        }

        resourceTypes = lines
            .Where(line => line.Value.Text("kind") == "resource" && !line.Value.TryGetProperty("abstract", out _))
            .Select(line => line.Key)
            .ToHashSet(StringComparer.Ordinal);
        ResourceTypes = [.. resourceTypes.Order(StringComparer.Ordinal)];
        resourcesByName = new([.. ResourceTypes.Select(name => KeyValuePair.Create(name, types[name]))]);
    }

    public static FhirFacts R4 => Loaded.Value;

    /// <summary>The 146 types of which there can be instances, in alphabetical order.</summary>
    public IReadOnlyList<string> ResourceTypes { get; }

    public bool IsResourceType(string name) => resourceTypes.Contains(name);

    /// <summary>
    /// The element at a path that starts at a type and leads through data types: <c>Patient.name.family</c>. A choice may be named
    /// <c>value[x]</c>, <c>value</c> or by its property, <c>valueQuantity</c>. Null where R4 has no such element.
    /// </summary>
    public ElementFacts? Element(string path) => Resolve(path).Facts;

    /// <summary>
    /// The elements of a type or of the element at a path; empty for primitives, unknown paths and Resource-typed elements.
    /// </summary>
    public IReadOnlyList<ElementFacts> Children(string path)
    {
        var candidates = Resolve(path).Types;
        return candidates.Count == 1 && candidates[0].Kind == PrimitiveKind.None ? candidates[0].Shape.Elements : [];
    }

    /// <summary>The codes of a required binding's value set by system; null where R4 does not enumerate it (MIME types, UCUM).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? RequiredCodes(string valueSet) => Codes(valueSet)?.Systems;

    /// <summary>An invariant by the key that <see cref="ElementFacts.Rules"/> gives; null for an unknown key.</summary>
    public RuleFacts? Rule(string key) => rules.Value.GetValueOrDefault(key);

    /// <summary>Keys of the invariants of a type itself, such as <c>dom-2</c> and <c>obs-6</c> of Observation.</summary>
    public IReadOnlyList<string> TypeRules(string type) => lines.TryGetValue(type, out var line) ? line.Text("rules").Words(' ') : [];

    /// <summary>
    /// The regular expression of a primitive type; null for those without one (boolean aside, only xhtml) and for other names.
    /// </summary>
    public string? PrimitiveRegex(string type) => lines.TryGetValue(type, out var line) ? line.Text("regex") : null;

    internal FhirType? Type(string name) => types.GetValueOrDefault(name);

    internal FhirType? Resource(ReadOnlySpan<byte> name) => resourcesByName.Find(name);

    internal CodeSet? Codes(string valueSet) => codes.Value.GetValueOrDefault(valueSet);

    private static Dictionary<string, CodeSet> CodeSets() => EmbeddedFacts.Lines("codes.json").ToDictionary(
        line => line[0].GetString()!,
        line => new CodeSet(line[0].GetString()!, line[1].EnumerateObject().ToDictionary(
            system => system.Name,
            IReadOnlyList<string> (system) => system.Value.GetString()!.Split(' '),
            StringComparer.Ordinal)),
        StringComparer.Ordinal);

    private static Dictionary<string, RuleFacts> Rules() => EmbeddedFacts.Lines("rules.json").ToDictionary(
        line => line[0].GetString()!,
        line => new RuleFacts(line[0].GetString()!, line[1].GetString() == "error", line[2].GetString()!),
        StringComparer.Ordinal);

    private FhirType AddType(string name)
    {
        if (!types.TryGetValue(name, out var type))
        {
            var line = lines[name];
            var kind = line.Text("kind") == "primitive-type" ? Enum.Parse<PrimitiveKind>(name, ignoreCase: true) : PrimitiveKind.None;
            var parent = line.Text("base") is { } parentName ? AddType(parentName) : null;
            type = new(name, name, kind, line.Text("kind") == "resource", parent, Build);
            types.Add(name, type);
        }

        return type;
    }

    private TypeShape Build(FhirType type)
    {
        if (type.Kind != PrimitiveKind.None)
        {
            type = types["Element"]; // what a `_` twin may hold: id and extension
        }

        var root = type.Path.Split('.')[0];
        var prefix = type.Path.Length == root.Length ? string.Empty : type.Path[(root.Length + 1)..] + ".";
        var rows = lines[root].GetProperty("elements").EnumerateArray()
            .Where(
                row => row.Text("e")!.StartsWith(prefix, StringComparison.Ordinal) && !row.Text("e")!.AsSpan(prefix.Length).Contains('.'))
            .ToList();
        var elements = rows.Select(row => ElementRow.Read(root, row, TypeTextOf)).ToList();
        var properties = elements.SelectMany((element, ordinal) => Properties(element, ordinal)).ToList();
        return new(
            elements,
            new(properties),
            [.. properties.Select(property => property.Value)],
            Bits(elements, element => element.Min > 0),
            Bits(elements, element => element.IsChoice));
    }

    /// <summary>The types, as its row has them, of an element that a content reference names: all such references are local.</summary>
    private string TypeTextOf(string path)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return lines[path[..dot]].GetProperty("elements").EnumerateArray().First(row => row.Text("e") == path[(dot + 1)..]).Text("t")!;
    }

    private static ulong Bits(List<ElementFacts> elements, Func<ElementFacts, bool> condition) =>
        elements.Select((element, ordinal) => condition(element) ? 1ul << ordinal : 0ul).Aggregate(0ul, (all, bit) => all | bit);

    private IEnumerable<KeyValuePair<string, PropertyShape>> Properties(ElementFacts element, int ordinal)
    {
        foreach (var (name, typeFacts) in element.JsonNames.Zip(element.Types))
        {
            var type = TypeOf(element, typeFacts);
            var set = element.RequiredValueSet is { } url ? Codes(url) : null;
            var shape = new PropertyShape(element, ordinal, type, false, element.IsList, set, [.. typeFacts.Targets]);
            yield return new(name, shape);
            if (type.Kind != PrimitiveKind.None && name != "id") // in R4 a string of FHIRPath, which has no extensions
            {
                yield return new("_" + name, shape with { IsTwin = true });
            }
        }
    }

    private FhirType TypeOf(ElementFacts element, ElementTypeFacts type)
    {
        if (element.ContentReference is not null || type.Code is "BackboneElement" or "Element")
        {
            var path = element.ContentReference ?? element.Path;
            return backbones.GetOrAdd(path, key => new(type.Code, key, PrimitiveKind.None, false, types[type.Code], Build));
        }

        return types[type.Code];
    }

    private (ElementFacts? Facts, IReadOnlyList<FhirType> Types) Resolve(string path)
    {
        var steps = path.Split('.');
        if (!types.TryGetValue(steps[0], out var root))
        {
            return (null, []);
        }

        ElementFacts? facts = null;
        IReadOnlyList<FhirType> candidates = [root];
        foreach (var step in steps.Skip(1))
        {
            facts = candidates.Where(type => type.Kind == PrimitiveKind.None)
                .SelectMany(type => type.Shape.Elements)
                .FirstOrDefault(element => element.Name == step || element.Name + "[x]" == step || element.JsonNames.Contains(step));
            if (facts is null)
            {
                return (null, []);
            }

            candidates = [.. facts.JsonNames.Zip(facts.Types)
                .Where(pair => pair.First == step || facts.Name == step || facts.Name + "[x]" == step)
                .Select(pair => TypeOf(facts, pair.Second))];
        }

        return (facts, candidates);
    }
}
