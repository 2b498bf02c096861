using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <param name="House">Name of who offers it.</param>
/// <param name="Capacity">A code; null where the house has said nothing.</param>
/// <param name="IsOurs">Whether the reader's agency offers it.</param>
public sealed record ServiceRow(HealthcareService Service, Location? Place, string? House, string? Capacity, bool IsOurs)
{
    public const string CapacityUrl =
        "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-ExtensionHealthcareServiceCapacityStatus";

    public const string CapacityCodes = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    /// <summary>What the house said last; null where it has said nothing.</summary>
    public static string? CapacityOf(HealthcareService service) => service.GetExtension(CapacityUrl)?.Extension
        .Select(part => (part.Value as CodeableConcept)?.Coding.FirstOrDefault()?.Code).FirstOrDefault(code => code is not null);
}
