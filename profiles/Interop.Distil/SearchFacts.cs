using System.Text.Json;
using System.Text.Json.Nodes;
using static Interop.Distil.Definitions;

namespace Interop.Distil;

/// <summary>
/// One line per search parameter and base: [base, code, url, type, expression, targets, [[component, type, expression]...]].
/// </summary>
internal static class SearchFacts
{
    public static IEnumerable<JsonNode> Lines(Definitions definitions)
    {
        var types = definitions.SearchParameters.ToDictionary(item => Text(item, "url")!, item => Text(item, "type")!);
        return definitions.SearchParameters
            .Where(item => Text(item, "expression") is not null)
            .SelectMany(item => Items(item, "base").Select(root => (Root: root.GetString()!, Item: item)))
            .OrderBy(pair => pair.Root, StringComparer.Ordinal)
            .ThenBy(pair => Text(pair.Item, "code"), StringComparer.Ordinal)
            .Select(pair => Line(pair.Root, pair.Item, types))
            .ToList();
    }

    private static JsonArray Line(string root, JsonElement item, Dictionary<string, string> types)
    {
        var components = Items(item, "component").Select(component => (JsonNode)new JsonArray(
            Text(component, "definition"),
            types[Text(component, "definition")!],
            Text(component, "expression")));
        return new(
            root,
            Text(item, "code"),
            Text(item, "url"),
            Text(item, "type"),
            PartFor(root, Text(item, "expression")!),
            string.Join('|', Items(item, "target").Select(target => target.GetString())),
            new JsonArray([.. components]));
    }

    /// <summary>Of a union over several bases, the terms that start at this one.</summary>
    private static string PartFor(string root, string expression)
    {
        var terms = Terms(expression).Where(term => Head(term) == root || root is "Resource" or "DomainResource").ToList();
        if (terms.Count == 0 && Terms(expression).All(term => char.IsAsciiLetterLower(Head(term)[0])))
        {
            return expression; // InsurancePlan-name says "name | alias", relative to the resource
        }

        return terms.Count > 0 ? string.Join(" | ", terms) : throw new InvalidDataException($"No part of '{expression}' is about {root}.");
    }

    private static string Head(string term) => new([.. term.TrimStart('(', ' ').TakeWhile(char.IsAsciiLetter)]);

    private static IEnumerable<string> Terms(string expression)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < expression.Length; i++)
        {
            depth += expression[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (expression[i] == '|' && depth == 0)
            {
                yield return expression[start..i].Trim();
                start = i + 1;
            }
        }

        yield return expression[start..].Trim();
    }
}
