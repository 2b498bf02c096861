using System.Text.Json;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Sharing.Json;

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
        var names = root.Items("name").ToList();
        List<string> phones =
            [.. root.Items("telecom").Where(item => item.Text("system") == "phone").Select(item => item.Text("value")).OfType<string>()];
        return new(
            [.. root.Items("identifier").Where(item => item.Text("value") is not null)
                .Select(item => $"{item.Text("system")}|{item.Text("value")}").Distinct()],
            [.. names.Select(name => name.Text("family")).OfType<string>().Select(StringFolding.Fold).Distinct()],
            [.. names.SelectMany(name => name.Items("given")).Where(given => given.ValueKind == JsonValueKind.String)
                .Select(given => StringFolding.Fold(given.GetString()!)).Distinct()],
            root.Text("birthDate"),
            root.Text("gender"),
            [.. phones.Select(Digits).Where(digits => digits.Length >= ShortestPhone).Distinct()],
            phones,
            [.. root.Items("address").Select(item => item.Text("postalCode") ?? item.Text("city")).OfType<string>()
                .Select(StringFolding.Fold).Distinct()]);
    }

    // With or without the country's code in front.
    private static string Digits(string text)
    {
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        return digits.Length == 11 && digits[0] == '1' ? digits[1..] : digits;
    }
}
