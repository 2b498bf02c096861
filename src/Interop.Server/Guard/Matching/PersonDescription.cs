using System.Text.Json;
using Interop.Fhir.Search;
using Interop.Server.Http;

namespace Interop.Server.Guard.Matching;

/// <summary>What a Patient resource says of a person that tells one from another: names fold, phones are their digits.</summary>
/// <param name="Identifiers">As <c>system|value</c>.</param>
/// <param name="Families">With those of earlier names.</param>
internal sealed record PersonDescription(
    IReadOnlyList<string> Identifiers,
    IReadOnlyList<string> Families,
    IReadOnlyList<string> Givens,
    string? BirthDate,
    string? Gender,
    IReadOnlyList<string> Phones,
    IReadOnlyList<string> PhonesAsWritten,
    IReadOnlyList<string> Places)
{
    // Shorter ones are extensions, which many share.
    private const int ShortestPhone = 7;

    /// <summary>How many of the things that it takes two of to name a person are there.</summary>
    public int Kinds
    {
        get
        {
            bool[] kinds = [Identifiers.Count > 0, Families.Count > 0, Givens.Count > 0, BirthDate is not null, Phones.Count > 0];
            return kinds.Count(isThere => isThere);
        }
    }

    /// <param name="patient">A valid Patient.</param>
    public static PersonDescription Of(ReadOnlyMemory<byte> patient)
    {
        using var document = JsonDocument.Parse(patient, FhirJson.Parsing);
        var root = document.RootElement;
        var names = Items(root, "name").ToList();
        List<string> phones =
            [.. Items(root, "telecom").Where(item => Text(item, "system") == "phone").Select(item => Text(item, "value")).OfType<string>()];
        return new(
            [.. Items(root, "identifier").Where(item => Text(item, "value") is not null)
                .Select(item => $"{Text(item, "system")}|{Text(item, "value")}").Distinct()],
            [.. names.Select(name => Text(name, "family")).OfType<string>().Select(StringFolding.Fold).Distinct()],
            [.. names.SelectMany(name => Items(name, "given")).Where(given => given.ValueKind == JsonValueKind.String)
                .Select(given => StringFolding.Fold(given.GetString()!)).Distinct()],
            Text(root, "birthDate"),
            Text(root, "gender"),
            [.. phones.Select(Digits).Where(digits => digits.Length >= ShortestPhone).Distinct()],
            phones,
            [.. Items(root, "address").Select(item => Text(item, "postalCode") ?? Text(item, "city")).OfType<string>()
                .Select(StringFolding.Fold).Distinct()]);
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // With or without the country's code in front.
    private static string Digits(string text)
    {
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        return digits.Length == 11 && digits[0] == '1' ? digits[1..] : digits;
    }
}
