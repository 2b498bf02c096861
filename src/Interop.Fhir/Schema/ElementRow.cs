using System.Text.Json;

namespace Interop.Fhir.Schema;

/// <summary>One element row of types.json, read into its facts.</summary>
internal static class ElementRow
{
    /// <param name="typesOf">Finds the types of the element that a content reference names, which it shares.</param>
    public static ElementFacts Read(string root, JsonElement row, Func<string, string> typesOf)
    {
        var path = $"{root}.{row.Text("e")}";
        var last = path[(path.LastIndexOf('.') + 1)..];
        var reference = row.Text("like");
        return new(
            path,
            last.EndsWith("[x]", StringComparison.Ordinal) ? last[..^3] : last,
            row.TryGetProperty("min", out var minimum) ? minimum.GetInt32() : 0,
            row.Text("max") switch { null => 1, "*" => null, var maximum => int.Parse(maximum, provider: null) },
            [.. Types(reference is null ? row.Text("t") : typesOf(reference))],
            row.TryGetProperty("modifier", out _),
            row.TryGetProperty("summary", out _),
            reference,
            row.Text("required"),
            row.Text("maxSet"),
            row.Text("rules").Words(' '));
    }

    private static IEnumerable<ElementTypeFacts> Types(string? text) => text.Words(',').Select(type =>
        type.IndexOf('(', StringComparison.Ordinal) is var bracket and >= 0
            ? new ElementTypeFacts(type[..bracket], type[(bracket + 1)..^1].Split('|'))
            : new ElementTypeFacts(type, []));
}
