using Hl7.Fhir.Model;

namespace Interop.Identity.Launches;

/// <summary>A patient or an encounter as a line of the picker's list.</summary>
internal sealed record FoundRecord(string Id, string Title, string Detail)
{
    public static FoundRecord Of(Patient patient)
    {
        var name = patient.Name.FirstOrDefault() ?? new();
        return new(
            patient.Id!,
            name.Text ?? string.Join(' ', [.. name.Given, name.Family ?? "(no name)"]),
            Listed(patient.BirthDate, patient.GenderElement?.Literal));
    }

    public static FoundRecord Of(Encounter encounter) => new(
        encounter.Id!,
        encounter.Period?.Start ?? "(no date)",
        Listed(encounter.Class?.Display ?? encounter.Class?.Code, encounter.StatusElement?.Literal));

    private static string Listed(params string?[] parts) => string.Join(", ", parts.OfType<string>());
}
