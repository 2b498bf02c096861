using Interop.Fhir.Json;

namespace Interop.Fhir.Profiles;

/// <summary>A loaded StructureDefinition that constrains a type.</summary>
/// <param name="Type">The type that it constrains: <c>Patient</c>, <c>Extension</c>, <c>Quantity</c>.</param>
/// <param name="Contexts">Of an extension: where it may stand, as type and expression.</param>
/// <param name="Source">The resource, whose tape is kept for fixed values and patterns.</param>
internal sealed record ProfileFacts(
    string Url, string? Version, string Type, string? BaseUrl, IReadOnlyList<(string Type, string Expression)> Contexts, TapePlace Source)
{
    /// <summary>How messages call it.</summary>
    public string Name { get; } = Url[(Url.LastIndexOf('/') + 1)..];
}
