namespace Interop.Fhir.Json;

/// <summary>What a resource says about itself; null where it does not, or not with a string.</summary>
public sealed record ResourceHeader(string? Type, string? Id, string? VersionId, string? LastUpdated);
