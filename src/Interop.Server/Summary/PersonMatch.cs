using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

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
            "family" => root.Items("name").Any(name => name.Text("family") is { } family && Same(family, pair.Value)),
            "given" =>
                root.Items("name").Any(name => name.Items("given").Any(given => Same(given.GetString() ?? string.Empty, pair.Value))),
            "birthDate" => root.Text("birthDate") == pair.Value,
            "phone" =>
                root.Items("telecom").Any(
                    telecom => Digits(telecom.Text("value")) is { Length: > 6 } digits && digits == Digits(pair.Value)),
            "identifier" => root.Items("identifier").Any(identifier => identifier.Text("value") == pair.Value),
            _ => false,
        });
    }

    private static bool Same(string left, string right) => string.Equals(left.Trim(), right.Trim(), StringComparison.OrdinalIgnoreCase);

    private static string Digits(string? text) => new([.. (text ?? string.Empty).Where(char.IsAsciiDigit)]);
}
