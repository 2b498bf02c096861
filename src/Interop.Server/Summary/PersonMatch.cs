using System.Text.Json;
using Interop.Server.Http;

namespace Interop.Server.Summary;

/// <summary>Whether a Patient is the person that someone names: every given identifier must agree.</summary>
internal static class PersonMatch
{
    /// <param name="patient">A valid Patient.</param>
    /// <param name="person">Keys of <see cref="SummaryQuestion.PersonIdentifiers"/>.</param>
    public static bool Holds(ReadOnlyMemory<byte> patient, IReadOnlyDictionary<string, string> person)
    {
        using var document = JsonDocument.Parse(patient, FhirJson.Parsing);
        var root = document.RootElement;
        return person.All(pair => pair.Key switch
        {
            "family" => Items(root, "name").Any(name => Text(name, "family") is { } family && Same(family, pair.Value)),
            "given" =>
                Items(root, "name").Any(name => Items(name, "given").Any(given => Same(given.GetString() ?? string.Empty, pair.Value))),
            "birthDate" => Text(root, "birthDate") == pair.Value,
            "phone" =>
                Items(root, "telecom").Any(
                    telecom => Digits(Text(telecom, "value")) is { Length: > 6 } digits && digits == Digits(pair.Value)),
            "identifier" => Items(root, "identifier").Any(identifier => Text(identifier, "value") == pair.Value),
            _ => false,
        });
    }

    private static bool Same(string left, string right) => string.Equals(left.Trim(), right.Trim(), StringComparison.OrdinalIgnoreCase);

    private static string Digits(string? text) => new([.. (text ?? string.Empty).Where(char.IsAsciiDigit)]);

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
