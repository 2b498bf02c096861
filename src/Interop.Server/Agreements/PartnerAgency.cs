using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Sharing.Agreements;
using Interop.Sharing.Roster;

namespace Interop.Server.Agreements;

/// <summary>The Organization of a partner, with the flags that sharing depends on, and its Endpoint.</summary>
internal static class PartnerAgency
{
    /// <param name="type">A code of the code system agency-type.</param>
    /// <param name="flags">Names of our Boolean extensions of Organization.</param>
    /// <param name="qualifications">What its people must have to be answered.</param>
    public static MappedResource Organization(
        string id, string name, string type, IReadOnlyList<(string Name, bool Value)> flags, IReadOnlyList<Code> qualifications)
    {
        var key = new ResourceKey("Organization", id);
        var extensions = flags
            .Select(flag => (Url: $"{CrisisProfiles.Base}/StructureDefinition/{flag.Name}", Flag: (bool?)flag.Value, Code: (Code?)null))
            .Concat(qualifications.Select(code => (Url: RosterCompiler.Required, Flag: (bool?)null, Code: (Code?)code)))
            .ToList();
        return new(key, FhirWriter.Resource(key.Type, key.Id, organization => organization
            .Each("extension", extensions, extension =>
            {
                organization.Text("url", extension.Url);
                if (extension.Flag is { } flag)
                {
                    organization.Boolean("valueBoolean", flag);
                }
                else
                {
                    organization.Coding("valueCoding", extension.Code!);
                }
            })
            .Boolean("active", true)
            .Concepts("type", new Code(OrganizationReader.AgencyTypes, type))
            .Text("name", name)));
    }

    /// <summary>The one Endpoint of an agency, of the same id.</summary>
    /// <param name="type">A code of http://terminology.hl7.org/CodeSystem/endpoint-connection-type.</param>
    public static MappedResource Endpoint(string agency, string address, string type)
    {
        var key = new ResourceKey("Endpoint", agency);
        return new(key, FhirWriter.Resource(key.Type, key.Id, endpoint => endpoint
            .Text("status", "active")
            .Coding("connectionType", new("http://terminology.hl7.org/CodeSystem/endpoint-connection-type", type))
            .Reference("managingOrganization", $"Organization/{agency}")
            .Concepts("payloadType", new Code("http://terminology.hl7.org/CodeSystem/endpoint-payload-type", "any"))
            .Text("address", address)));
    }
}
