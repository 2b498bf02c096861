using System.Text.Json.Nodes;

namespace Interop.Distil;

/// <summary>The invariants, each key once. A key that R4 uses for several expressions (inv-1) gets <c>#2</c>, <c>#3</c>.</summary>
internal sealed class RuleKeys
{
    private readonly Dictionary<(string Key, string Expression), string> names = [];
    private readonly List<(string Name, string Severity, string Expression)> rules = [];

    public string NameOf(string key, string severity, string expression)
    {
        if (!names.TryGetValue((key, expression), out var name))
        {
            var earlier = names.Keys.Count(known => known.Key == key);
            name = earlier == 0 ? key : $"{key}#{earlier + 1}";
            names.Add((key, expression), name);
            rules.Add((name, severity, expression));
        }

        return name;
    }

    public IEnumerable<JsonNode> Lines() =>
        rules.OrderBy(rule => rule.Name, StringComparer.Ordinal)
            .Select(rule => new JsonArray(rule.Name, rule.Severity, rule.Expression));
}
