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
                    $"A capacity has one capacityStatus, of {ServiceCapacity.System}: {string.Join(", ", ServiceCapacity.Codes)}.",
                    $"HealthcareService.extension[{number}]");
            }

            number++;
        }

        return null;
    }

    private static bool IsStatus(JsonElement extension) =>
        extension.Items("extension").Where(part => part.Text("url") == "capacityStatus").ToList() is [var status]
            && status.Items("valueCodeableConcept").SelectMany(concept => concept.Items("coding")).ToList() is [var coding]
            && coding.Text("system") == ServiceCapacity.System && ServiceCapacity.Codes.Contains(coding.Text("code"));
}
