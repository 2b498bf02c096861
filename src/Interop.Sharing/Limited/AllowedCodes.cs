using System.Text.Json;
using System.Text.RegularExpressions;

namespace Interop.Sharing.Limited;

/// <summary>
/// Which codes may leave: those of code systems that the table names, and of these only what is a code there, or looks as one. A name that
/// somebody wrote where a code belongs is none.
/// </summary>
internal sealed class AllowedCodes
{
    private const string Known = "known";

    private readonly Dictionary<string, Func<string, bool>> systems = new(StringComparer.Ordinal);

    /// <param name="isKnown">Whether a code system that is loaded has a code.</param>
    public AllowedCodes(JsonElement json, Func<string, string, bool> isKnown, List<string> problems)
    {
        foreach (var system in json.EnumerateObject())
        {
            if (RuleOf(system.Name, system.Value, isKnown) is { } rule)
            {
                systems[system.Name] = rule;
            }
            else
            {
                problems.Add($"limited-data-set.json: systems: {system.Name} has codes, a pattern, or \"{Known}\"");
            }
        }
    }

    public bool Has(string system, string code) => systems.TryGetValue(system, out var rule) && rule(code);

    private static Func<string, bool>? RuleOf(string system, JsonElement value, Func<string, string, bool> isKnown)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var codes = value.EnumerateArray().Select(code => code.GetString()!).ToHashSet(StringComparer.Ordinal);
            return codes.Contains;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        if (text == Known)
        {
            return code => isKnown(system, code);
        }

        try
        {
            var pattern = new Regex($"^(?:{text})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return pattern.IsMatch;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
