using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Settings;
using Interop.Sharing.Agreements;
using Interop.Sharing.Roster;
using FhirEndpoint = Hl7.Fhir.Model.Endpoint;

namespace Interop.Server.Agreements;

/// <summary>The Organization of a partner, with the flags that sharing depends on, and its Endpoint.</summary>
internal static class PartnerAgency
{
    /// <param name="type">A code of the code system agency-type.</param>
    /// <param name="flags">Names of our Boolean extensions of Organization.</param>
    /// <param name="qualifications">What its people must have to be answered.</param>
    public static MappedResource Organization(
        string id, string name, string type, IReadOnlyList<(string Name, bool Value)> flags, IReadOnlyList<Coding> qualifications) =>
        MappedResource.Of(new Organization
        {
            Id = id,
            Extension =
            [
                .. flags.Select(flag =>
                    new Extension($"{CrisisProfiles.Base}/StructureDefinition/{flag.Name}", new FhirBoolean(flag.Value))),
                .. qualifications.Select(code => new Extension(RosterCompiler.Required, code)),
            ],
            Active = true,
            Type = [new(OrganizationReader.AgencyTypes, type)],
            Name = name,
        });

    /// <summary>The one Endpoint of an agency, of the same id.</summary>
    /// <param name="type">A code of http://terminology.hl7.org/CodeSystem/endpoint-connection-type.</param>
    public static MappedResource Endpoint(string agency, string address, string type) => MappedResource.Of(new FhirEndpoint
    {
        Id = agency,
        Status = FhirEndpoint.EndpointStatus.Active,
        ConnectionType = new("http://terminology.hl7.org/CodeSystem/endpoint-connection-type", type),
        ManagingOrganization = new($"Organization/{agency}"),
        PayloadType = [new("http://terminology.hl7.org/CodeSystem/endpoint-payload-type", "any")],
        Address = address,
    });
}
