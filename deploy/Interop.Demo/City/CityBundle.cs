using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>Resources that one organisation keeps; what they point at is in the same bundle or an earlier one.</summary>
/// <param name="Source">Id of the custodian Organization.</param>
public sealed record CityBundle(string Source, IReadOnlyList<CityResource> Resources);

/// <summary>A resource of the demo city with its explicit id, as compact UTF-8 JSON.</summary>
public sealed record CityResource(string Type, string Id, byte[] Json)
{
    /// <param name="resource">With its id.</param>
    internal static CityResource Of(Resource resource) => new(resource.TypeName, resource.Id!, AuthoredJson.Of(resource));
}
