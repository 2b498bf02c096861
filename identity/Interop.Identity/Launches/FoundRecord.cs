using System.Text.Json;

namespace Interop.Identity.Launches;

/// <summary>A patient or an encounter as a line of the picker's list.</summary>
internal sealed record FoundRecord(string Id, string Title, string Detail)
{
    public static FoundRecord Patient(JsonElement patient)
    {
        var name = Items(patient, "name").FirstOrDefault();
        var given = Items(name, "given").Select(part => part.ToString());
        var title = Text(name, "text") ?? string.Join(' ', [.. given, Text(name, "family") ?? "(no name)"]);
        return new(IdOf(patient), title, string.Join(", ", new[] { Text(patient, "birthDate"), Text(patient, "gender") }.OfType<string>()));
    }

    public static FoundRecord Encounter(JsonElement encounter)
    {
        var period = encounter.TryGetProperty("period", out var value) ? value : default;
        var kind = encounter.TryGetProperty("class", out var coding) ? Text(coding, "display") ?? Text(coding, "code") : null;
        return new(
            IdOf(encounter), Text(period, "start") ?? "(no date)", string.Join(", ", new[] { kind, Text(encounter, "status") }.OfType<string>()));
    }

    private static string IdOf(JsonElement resource) => resource.GetProperty("id").GetString()!;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [];
}
