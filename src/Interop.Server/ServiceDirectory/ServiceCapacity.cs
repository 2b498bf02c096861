using System.Text.Json;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.ServiceDirectory;

/// <summary>What a HealthcareService says of its room (SDOH Clinical Care, <see cref="CrisisProfiles.Capacity"/>).</summary>
internal static class ServiceCapacity
{
    public const string System = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";
    public const string Room = "capacity";
    public const string Waitlist = "waitlist";

    public static readonly IReadOnlyList<string> Codes = [Room, "no-capacity", Waitlist];

    /// <summary>One of <see cref="Codes"/>; null where it says nothing.</summary>
    public static string? Of(ReadOnlyMemory<byte> service)
    {
        using var document = JsonDocument.Parse(service, FhirJson.Parsing);
        return document.RootElement.Extension(CrisisProfiles.Capacity).Items("extension")
            .Where(part => part.Text("url") == "capacityStatus")
            .SelectMany(part => part.All("valueCodeableConcept.coding"))
            .Select(coding => coding.Text("code"))
            .FirstOrDefault(Codes.Contains);
    }
}
