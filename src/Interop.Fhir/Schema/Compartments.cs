namespace Interop.Fhir.Schema;

/// <summary>
/// Which search parameters tie a resource to a patient, an encounter and others (https://hl7.org/fhir/R4/compartmentdefinition.html).
/// </summary>
public static class Compartments
{
    private static readonly Lazy<Dictionary<string, Dictionary<string, string[]>>> Loaded = new(() =>
        EmbeddedFacts.Lines("compartments.json").GroupBy(line => line[0].GetString()!, StringComparer.Ordinal).ToDictionary(
            compartment => compartment.Key,
            compartment => compartment.ToDictionary(
                line => line[1].GetString()!, line => line[2].GetString().Words(' '), StringComparer.Ordinal),
            StringComparer.Ordinal));

    /// <summary>The types that have one: Device, Encounter, Patient, Practitioner, RelatedPerson.</summary>
    public static IReadOnlyCollection<string> All => Loaded.Value.Keys;

    /// <summary>The types of which resources can be in a compartment; its own resource always is. Empty where there is none.</summary>
    public static IReadOnlyCollection<string> Types(string compartment) =>
        Loaded.Value.GetValueOrDefault(compartment)?.Keys.Append(compartment).Distinct().Order(StringComparer.Ordinal).ToList() ?? [];

    /// <summary>Codes of the parameters of a type, of which each may point at the compartment's resource; empty for other types.</summary>
    public static IReadOnlyList<string> Parameters(string compartment, string type) =>
        Loaded.Value.GetValueOrDefault(compartment)?.GetValueOrDefault(type) ?? [];
}
