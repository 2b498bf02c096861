using System.Text.Json;
using Interop.Fhir.Schema;

namespace Interop.Sharing.Policy;

/// <summary>The tier table, compiled: for each of the 146 types what may leave at which tier (profiles/sharing/tiers.json).</summary>
internal sealed class TierTable
{
    private static readonly string[] TierNames = ["basic", "intermediate", "full"];
    private static readonly HashSet<string> Known =
    [
        "kind", "subjects", "parties", "inherits", "cases", "freeText", "private", "when", "basic", "intermediate", "full", "party",
        "never", "fullExtensions", "alone",
    ];

    private readonly Dictionary<string, TypeRule> rules = new(StringComparer.Ordinal);
    private NameTable<string> names = new([]);

    private TierTable(string version) => Version = version;

    public string Version { get; }

    /// <summary>How open an agreement by itself makes what is basic of a patient (member <c>alone</c>: named, referral or case).</summary>
    public SortedDictionary<string, Openness> Alone { get; } = new(StringComparer.Ordinal);

    /// <summary>Types that take a case or a consent, and that a referral of the person opens as well (<c>alone</c>: referral).</summary>
    public HashSet<string> OpenToReferral { get; } = new(StringComparer.Ordinal);

    public TypeRule this[string type] => rules[type];

    public TypeRule? Find(string type) => rules.GetValueOrDefault(type);

    /// <summary>The resource type of a name in UTF-8, or null.</summary>
    public string? TypeOf(ReadOnlySpan<byte> name) => names.Find(name);

    public static TierTable Load(JsonElement json, FhirFacts facts, List<string> problems)
    {
        var table = new TierTable(json.GetProperty("version").GetString()!);
        var compiler = new ViewCompiler(facts, problems);
        foreach (var type in json.GetProperty("types").EnumerateObject())
        {
            if (facts.IsResourceType(type.Name))
            {
                var rule = Read(type.Name, type.Value, facts, compiler, problems);
                table.rules[type.Name] = rule;
                table.ReadAlone(rule, type.Value, problems);
            }
            else
            {
                problems.Add($"tiers.json: R4 has no resource type {type.Name}");
            }
        }

        table.names = new([.. table.rules.Keys.Select(type => KeyValuePair.Create(type, type))]);
        problems.AddRange(facts.ResourceTypes
            .Where(type => !table.rules.ContainsKey(type))
            .Select(type => $"tiers.json: no rule for {type}"));
        return table;
    }

    private void ReadAlone(TypeRule rule, JsonElement json, List<string> problems)
    {
        var alone = json.TryGetProperty("alone", out var member) ? member.GetString() : null;
        if (rule.Kind != TypeKind.Patient || rule.Views[TypeRule.IndexOf(Tier.Basic, party: false)] is null)
        {
            problems.AddRange(alone is null ? [] : [$"tiers.json: {rule.Type}: nothing of it is basic for an agreement to open alone"]);
        }
        else if (alone is "named" or "referral" or "case")
        {
            Alone[rule.Type] = alone == "named" ? Openness.Named : Openness.Closed;
            if (alone == "referral")
            {
                OpenToReferral.Add(rule.Type);
            }
        }
        else
        {
            problems.Add($"tiers.json: {rule.Type}: alone says named, referral or case of what is basic");
        }
    }

    private static TypeRule Read(string type, JsonElement json, FhirFacts facts, ViewCompiler compiler, List<string> problems)
    {
        problems.AddRange(json.EnumerateObject().Where(property => !Known.Contains(property.Name))
            .Select(property => $"tiers.json: {type}: unknown member {property.Name}"));
        if (!Enum.TryParse<TypeKind>(json.GetProperty("kind").GetString(), ignoreCase: true, out var kind))
        {
            problems.Add($"tiers.json: {type}: unknown kind");
        }

        var isPrivate = json.TryGetProperty("private", out var hidden);
        return new(
            type,
            kind,
            Views(type, json, compiler),
            References(type, json, "subjects", facts, problems),
            References(type, json, "parties", facts, problems),
            References(type, json, "inherits", facts, problems),
            json.TryGetProperty("cases", out var cases) ? cases.GetString() : null,
            json.TryGetProperty("freeText", out var freeText) && freeText.GetBoolean(),
            isPrivate ? System.Text.Encoding.UTF8.GetBytes(hidden.GetProperty("subjectExtension").GetString()!) : null,
            isPrivate ? Views(type, hidden, compiler) : []);
    }

    private static ViewNode?[] Views(string type, JsonElement json, ViewCompiler compiler)
    {
        var never = Items(json, "never").ToLookup(
            item => item.GetProperty("path").GetString()!,
            item => ElementCondition.Read(item.GetProperty("where")),
            StringComparer.Ordinal);
        var views = new ViewNode?[TypeRule.ViewCount];
        for (var tier = 0; tier < TierNames.Length; tier++)
        {
            var anyone = Allow(json, tier);
            if (anyone is not null)
            {
                views[tier] = views[tier + 3] = compiler.Compile(type, anyone, never);
            }

            // What a party sees is what anyone sees at the tier and its own lists: those may only add.
            if (json.TryGetProperty("party", out var party) && (tier < 2 || anyone is null) && Allow(party, tier, json) is { } allow)
            {
                views[tier + 3] = compiler.Compile(type, allow, never);
            }
        }

        return views;
    }

    private static AllowNode? Allow(JsonElement json, int tier, JsonElement? below = null)
    {
        var allow = new AllowNode();
        var sources = below is { } other ? (JsonElement[])[json, other] : [json];
        if (json.TryGetProperty("also", out var also))
        {
            // What a condition of its own opens besides.
            sources = [.. sources, also];
        }

        foreach (var source in sources)
        {
            for (var lower = 0; lower <= tier; lower++)
            {
                if (source.TryGetProperty(TierNames[lower], out var list))
                {
                    allow.Add(list, Conditions(source, lower, tier));
                }
            }
        }

        foreach (var url in tier == 2 ? Items(json, "fullExtensions") : default)
        {
            allow.Plain.Add(JsonSerializer.SerializeToElement(new
            {
                path = "extension",
                where = new Dictionary<string, string[]> { ["url"] = [url.GetString()!] },
            }));
        }

        return allow.Alternatives.Count == 0 ? null : allow;
    }

    // The condition of a lower tier's list holds until a tier has a list of its own without one.
    private static List<ElementCondition> Conditions(JsonElement json, int lower, int tier)
    {
        if (!json.TryGetProperty("when", out var when) || !when.TryGetProperty(TierNames[lower], out var alternatives))
        {
            return [];
        }

        for (var between = lower + 1; between <= tier; between++)
        {
            if (json.TryGetProperty(TierNames[between], out _) && !when.TryGetProperty(TierNames[between], out _))
            {
                return [];
            }
        }

        return [.. alternatives.EnumerateArray().Select(ElementCondition.Read)];
    }

    private static List<string> References(string type, JsonElement json, string member, FhirFacts facts, List<string> problems)
    {
        var paths = Items(json, member).Select(item => item.GetString()!).ToList();
        foreach (var path in paths.Where(path => path != "$self"))
        {
            var element = facts.Element($"{type}.{path}");
            if (element is null || !element.Types.Any(candidate => candidate.Code == "Reference"))
            {
                problems.Add($"tiers.json: {type}.{path} is no reference in R4");
            }
        }

        return paths;
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string member) =>
        json.TryGetProperty(member, out var array) ? array.EnumerateArray() : default;
}
