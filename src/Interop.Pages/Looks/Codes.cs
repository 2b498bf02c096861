using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>Codes of the local systems (<c>profiles/crisis</c>) as pages make and read them.</summary>
internal static class Codes
{
    public const string Base = "https://interop.example/fhir";
    public const string Snomed = "http://snomed.info/sct";

    public static string System(string name) => $"{Base}/CodeSystem/{name}";

    public static string Extension(string name) => $"{Base}/StructureDefinition/{name}";

    public static CodeableConcept Concept(string system, string code) => new(System(system), code);

    /// <summary>The code of that local system in a concept, or null.</summary>
    public static string? Of(CodeableConcept? concept, string system) =>
        concept?.Coding.FirstOrDefault(coding => coding.System == System(system))?.Code;

    /// <summary>What a concept says for people: its text, or what its first coding is called.</summary>
    public static string Said(CodeableConcept? concept) =>
        concept?.Text ?? concept?.Coding.Select(coding => coding.Display).FirstOrDefault(display => display is { Length: > 0 })
            ?? concept?.Coding.FirstOrDefault()?.Code ?? string.Empty;

    /// <summary>The same where a line begins with it.</summary>
    public static string Sentence(string said) => said.Length == 0 ? said : char.ToUpperInvariant(said[0]) + said[1..];

    /// <summary>The id that a reference ends with.</summary>
    public static string IdOf(ResourceReference? reference) => reference?.Reference?.Split('/')[^1] ?? string.Empty;
}
