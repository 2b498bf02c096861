namespace Interop.Fhir.Schema;

/// <summary>Which search parameters tie a resource to a patient: https://hl7.org/fhir/R4/compartmentdefinition-patient.html.</summary>
public static class PatientCompartment
{
    private static readonly Lazy<Dictionary<string, string[]>> Loaded = new(() =>
        EmbeddedFacts.Lines("patient-compartment.json").ToDictionary(
            line => line[0].GetString()!, line => line[1].GetString().Words(' '), StringComparer.Ordinal));

    /// <summary>Codes of the parameters; empty for types outside the compartment. A Patient is in its own compartment besides.</summary>
    public static IReadOnlyList<string> Parameters(string type) => Loaded.Value.GetValueOrDefault(type) ?? [];
}
