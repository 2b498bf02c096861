using Hl7.Fhir.Model;
using Interop.Fhir;

namespace Interop.Server.Authoring;

/// <summary>
/// A Provenance by which somebody signs a resource: she answers for it (FHIR R4 Signature; purpose verification of ASTM E1762-95).
/// </summary>
internal static class VerificationSignature
{
    private const string Verification = "1.2.840.10065.1.12.1.5";

    /// <param name="id">Of the Provenance.</param>
    /// <param name="practitioner">Id of who signs.</param>
    /// <param name="organization">Id of her agency.</param>
    /// <param name="instant">UTC microseconds.</param>
    public static MappedResource Of(string id, ResourceKey target, string practitioner, string organization, long instant)
    {
        var who = new ResourceReference($"Practitioner/{practitioner}");
        var agency = new ResourceReference($"Organization/{organization}");
        return MappedResource.Of(new Provenance
        {
            Id = id,
            Target = [target.ToReference()],
            RecordedElement = Elements.Instant(instant),
            Activity = new("http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion", "LA"),
            Agent =
            [
                new()
                {
                    Type = new("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "verifier"),
                    Who = who,
                    OnBehalfOf = agency,
                },
            ],
            Signature =
            [
                new()
                {
                    Type = [new("urn:iso-astm:E1762-95:2013", Verification, "Verification Signature")],
                    WhenElement = Elements.Instant(instant),
                    Who = who,
                    OnBehalfOf = agency,
                },
            ],
        });
    }
}
