using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.ServiceDirectory;

/// <summary>
/// Whether a service has room, as SDOH Clinical Care says it (<see cref="CrisisProfiles.Capacity"/>): one of its codes, so that a search
/// finds it.
/// </summary>
internal sealed class CapacityRule() : TypeRule("HealthcareService")
{
    private const string System = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    private static readonly string[] Codes = ["capacity", "no-capacity", "waitlist"];

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var number = 0;
        foreach (var extension in document.RootElement.Items("extension"))
        {
            if (extension.Text("url") == CrisisProfiles.Capacity && !IsStatus(extension))
            {
                return new(
                    IssueCode.BusinessRule,
                    $"A capacity has one capacityStatus, of {System}: {string.Join(", ", Codes)}.",
                    $"HealthcareService.extension[{number}]");
            }

            number++;
        }

        return null;
    }

    private static bool IsStatus(JsonElement extension) =>
        extension.Items("extension").Where(part => part.Text("url") == "capacityStatus").ToList() is [var status]
            && status.Items("valueCodeableConcept").SelectMany(concept => concept.Items("coding")).ToList() is [var coding]
            && coding.Text("system") == System && Codes.Contains(coding.Text("code"));
}
