using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>What the text of a reference says about its target: https://hl7.org/fhir/R4/references.html#literal.</summary>
internal static class ReferenceText
{
    /// <summary>
    /// The type in <c>Type/id</c> or <c>https://server/base/Type/id</c>, else the one that Reference.type gives; null for neither.
    /// </summary>
    public static FhirType? TargetType(string? reference, string? statedType) =>
        (Split(reference) is { } key ? FhirFacts.R4.Type(key.Type) : null)
        ?? (statedType is not null && FhirFacts.R4.IsResourceType(statedType) ? FhirFacts.R4.Type(statedType) : null);

    /// <summary>Type, id and version at the end of a relative or absolute reference; null where it is no RESTful address.</summary>
    public static (string Type, string Id, string? Version, bool IsRelative)? Split(string? reference)
    {
        if (reference is null)
        {
            return null;
        }

        var parts = reference.Split('/');
        var end = parts.Length;
        string? version = null;
        if (end >= 4 && parts[end - 2] == "_history")
        {
            version = parts[end - 1];
            end -= 2;
        }

        return end >= 2 && FhirFacts.R4.IsResourceType(parts[end - 2]) && ResourceKey.IsId(parts[end - 1])
            ? (parts[end - 2], parts[end - 1], version, end == 2)
            : null;
    }
}
