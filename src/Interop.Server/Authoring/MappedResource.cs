using Hl7.Fhir.Model;
using Interop.Fhir;

namespace Interop.Server.Authoring;

/// <summary>A resource that a workflow wants stored under this key, as compact UTF-8 JSON without version or lastUpdated.</summary>
public sealed record MappedResource(ResourceKey Key, byte[] Json)
{
    /// <param name="resource">With its id.</param>
    internal static MappedResource Of(Resource resource) => new(new(resource.TypeName, resource.Id!), AuthoredJson.Of(resource));
}
