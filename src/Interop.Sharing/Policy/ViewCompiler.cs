using Interop.Fhir.Schema;

namespace Interop.Sharing.Policy;

/// <summary>
/// Compiles the lists of the tier table into tries, checking every element against the R4 facts. Narratives, element ids,
/// the twins of primitives and extensions without a rule of their own are in no trie.
/// </summary>
internal sealed class ViewCompiler(FhirFacts facts, List<string> problems)
{
    private static readonly ViewNode Primitive = new(ViewKind.Primitive);
    private static readonly ViewNode Reference = new(ViewKind.Reference);

    private readonly Dictionary<string, ViewNode> wholes = new(StringComparer.Ordinal);

    /// <param name="never">Conditions under which a root element never leaves, by the element's name.</param>
    public ViewNode Compile(string type, AllowNode allow, ILookup<string, ElementCondition> never) => Compile(type, type, allow, never);

    private ViewNode Compile(string key, string where, AllowNode allow, ILookup<string, ElementCondition>? never)
    {
        var node = new ViewNode(ViewKind.Object);
        var alternatives = allow.Alternatives;
        var elements = facts.Children(key);
        foreach (var name in alternatives.SelectMany(alternative => alternative.Children.Keys).Distinct())
        {
            if (!elements.Any(element => IsNamed(element, name)))
            {
                problems.Add($"tiers.json: R4 has no element {where}.{name}");
            }
        }

        foreach (var term in alternatives.SelectMany(alternative => alternative.Conditions).SelectMany(condition => condition.Terms))
        {
            CheckTerm(key, where, term);
        }

        var edges = Visible(elements)
            .SelectMany(pair => Edges(key, where, pair.Element, pair.Ordinal, alternatives, never))
            .ToList();
        node.Complete(edges, [.. alternatives.Select(alternative => alternative.Conditions.Count == 0 ? null : alternative.Conditions)]);
        CheckMandatory(where, edges);
        return node;
    }

    private IEnumerable<ViewEdge> Edges(
        string key,
        string where,
        ElementFacts element,
        int ordinal,
        List<AllowAlternative> alternatives,
        ILookup<string, ElementCondition>? never)
    {
        foreach (var (property, type) in element.JsonNames.Zip(element.Types))
        {
            var mask = 0u;
            var isAlwaysWhole = false;
            var partial = new List<AllowNode?>();
            foreach (var (alternative, index) in alternatives.Select((alternative, index) => (alternative, index)))
            {
                var isWhole = alternative.Whole && IsPlain(element, key);
                var child = isWhole ? null : alternative.Children.FirstOrDefault(pair => IsNamed(element, pair.Key, property)).Value;
                if (isWhole || child is not null)
                {
                    mask |= 1u << index;
                    isAlwaysWhole |= isWhole && alternative.Conditions.Count == 0;
                    partial.Add(child);
                }
            }

            if (!isAlwaysWhole && partial.Count > 1 && !partial.All(IsWhole))
            {
                problems.Add($"tiers.json: {where}.{property} is allowed twice under different conditions");
            }

            var path = $"{where}.{property}";
            var node = mask == 0 ? Primitive : Child(element, type, path, isAlwaysWhole ? null : partial[0]);
            var isModifier = element.IsModifier && element.Path != LinkOfPatient;
            yield return new(
                property, node, mask, element.IsList, isModifier, element.Min > 0 ? 1ul << ordinal : 0, [.. never?[element.Name] ?? []]);
        }
    }

    private ViewNode Child(ElementFacts element, ElementTypeFacts type, string path, AllowNode? allow)
    {
        var isBackbone = element.ContentReference is not null || type.Code is "BackboneElement" or "Element";
        var key = isBackbone ? element.ContentReference ?? element.Path : type.Code;
        if (type.Code == "Reference")
        {
            return Reference;
        }

        if (facts.Children(key).Count == 0)
        {
            if (allow is not null && allow.Alternatives.Any(alternative => !alternative.Whole || alternative.Conditions.Count > 0))
            {
                problems.Add($"tiers.json: {path} is primitive and can be allowed only as a whole");
            }

            return Primitive;
        }

        return IsWhole(allow) ? Whole(key) : Compile(key, path, allow!, null);
    }

    private ViewNode Whole(string key)
    {
        if (wholes.TryGetValue(key, out var known))
        {
            return known;
        }

        var node = wholes[key] = new(ViewKind.Object);
        var allow = new AllowNode();
        allow.Plain.Whole = true;
        var edges = Visible(facts.Children(key))
            .SelectMany(pair => Edges(key, key, pair.Element, pair.Ordinal, allow.Alternatives, null))
            .ToList();
        node.Complete(edges, [null]);
        return node;
    }

    private void CheckTerm(string key, string where, ConditionTerm term)
    {
        if (term.Path.Length == 0)
        {
            return;
        }

        var element = facts.Element($"{key}.{term.Name}");
        if (element is null)
        {
            problems.Add($"tiers.json: R4 has no element {where}.{term.Name}");
        }
        else if (element.RequiredValueSet is { } set && facts.RequiredCodes(set) is { } systems)
        {
            var codes = systems.Values.SelectMany(list => list).ToHashSet(StringComparer.Ordinal);
            problems.AddRange(term.Values.Select(System.Text.Encoding.UTF8.GetString).Where(value => !codes.Contains(value))
                .Select(value => $"tiers.json: {where}.{term.Name} cannot be {value}"));
        }
    }

    private static IEnumerable<(ElementFacts Element, int Ordinal)> Visible(IReadOnlyList<ElementFacts> elements) => elements
        .Select((element, ordinal) => (Element: element, Ordinal: ordinal))
        .Where(pair => pair.Element.Name != "id" && pair.Element.Types[0].Code is not ("Narrative" or "Resource" or "Meta"));

    // R4 calls it a modifier because a record that is replaced is not to be used. That one is not active (the server sees to it), and says
    // so; a link to a record that may not be seen goes alone, for it would take with it what another consent opens.
    private const string LinkOfPatient = "Patient.link";

    // "All" never includes extensions (except those inside an allowed extension) nor the elements that change a meaning unseen.
    private static bool IsPlain(ElementFacts element, string key) => element.Name switch
    {
        "extension" => key == "Extension",
        "modifierExtension" or "implicitRules" => false,
        _ => element.Max != 0,
    };

    private void CheckMandatory(string where, List<ViewEdge> edges)
    {
        var shown = edges.Aggregate(0u, (mask, edge) => mask | edge.Mask);
        foreach (var edge in edges.Where(edge => edge.IsMandatory || edge.IsModifier))
        {
            var isOfInfrastructure = edge.Name is "implicitRules" or "modifierExtension";
            var variants = edges.Where(other => other == edge || (edge.IsMandatory && other.RequiredBit == edge.RequiredBit));
            if (shown != 0 && !isOfInfrastructure && variants.All(other => other.Mask != shown && other.Mask == 0))
            {
                problems.Add($"tiers.json: {where}.{edge.Name} is {(edge.IsMandatory ? "mandatory" : "a modifier")} and is not listed");
            }
        }
    }

    private static bool IsWhole(AllowNode? allow) =>
        allow is null || allow.Alternatives.Any(alternative => alternative.Whole && alternative.Conditions.Count == 0);

    private static bool IsNamed(ElementFacts element, string name) => element.JsonNames.Any(property => IsNamed(element, name, property));

    // A choice is listed as value[x], or by one of its properties.
    private static bool IsNamed(ElementFacts element, string name, string property) =>
        name == property || (element.IsChoice && name == element.Name + "[x]");
}
