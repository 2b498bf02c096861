using System.Collections.Concurrent;
using System.Text.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>The tier table as lists of paths, read independently of the compiler.</summary>
internal static class Table
{
    private static readonly Lazy<JsonDocument> Document = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "profiles", "sharing", "tiers.json"))));

    private static readonly ConcurrentDictionary<(string, Tier, bool), List<string>> Known = new();

    public static bool Lists(string type, string path, Tier tier, bool party)
    {
        var steps = path.Split('.');
        if (steps[0] is "resourceType" or "id")
        {
            return true;
        }

        if (steps.Any(step => step is "text" && steps[0] is "text" || step is "contained" or "div" || step.StartsWith('_')))
        {
            return false;
        }

        return Known.GetOrAdd((type, tier, party), key => Paths(key.Item1, key.Item2, key.Item3))
            .Any(listed =>
                listed == "all" ? !steps.Contains("extension") && !steps.Contains("modifierExtension") : Covers(listed.Split('.'), steps));
    }

    /// <summary>Whether anything of the type is listed at the tier.</summary>
    public static bool HasView(string type, Tier tier, bool party) =>
        Known.GetOrAdd((type, tier, party), key => Paths(key.Item1, key.Item2, key.Item3)).Count > 0;

    private static bool Covers(string[] listed, string[] steps) =>
        listed.Length <= steps.Length && listed.Zip(steps).All(pair => pair.First.EndsWith("[x]", StringComparison.Ordinal)
            ? pair.Second.StartsWith(pair.First[..^3], StringComparison.Ordinal)
            : pair.First == pair.Second);

    private static List<string> Paths(string type, Tier tier, bool party)
    {
        var rule = Document.Value.RootElement.GetProperty("types").GetProperty(type);
        IEnumerable<JsonElement> sources = [rule];
        sources = party && rule.TryGetProperty("party", out var own) ? sources.Append(own) : sources;
        var names = new[] { "basic", "intermediate", "full" }.Take((int)tier);
        return [.. sources.SelectMany(source => names.Where(name => source.TryGetProperty(name,
            out _)).SelectMany(name => Items(source.GetProperty(name)))),
            .. tier == Tier.Full && rule.TryGetProperty("fullExtensions", out _) ? (string[])["extension"] : []];
    }

    private static IEnumerable<string> Items(JsonElement list)
    {
        if (list.ValueKind == JsonValueKind.String)
        {
            return [list.GetString()!];
        }

        return list.EnumerateArray().SelectMany(item => item.ValueKind == JsonValueKind.String ? [item.GetString()!]
            : item.TryGetProperty("children", out var children)
                ? Items(children).Select(child => $"{item.GetProperty("path").GetString()}.{child}")
                : (IEnumerable<string>)[item.GetProperty("path").GetString()!]);
    }
}
