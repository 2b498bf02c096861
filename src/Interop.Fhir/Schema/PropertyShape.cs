namespace Interop.Fhir.Schema;

/// <summary>One JSON property of a type: an element, or one variant of a choice, or the <c>_</c> twin of either.</summary>
/// <param name="Ordinal">The element's place in its type, 0 to 63: the variants of a choice and their twins share it.</param>
internal sealed record PropertyShape(
    ElementFacts Facts, int Ordinal, FhirType Type, bool IsTwin, bool IsList, CodeSet? Codes, string[] Targets)
{
    public PrimitiveKind Kind { get; } = Type.Kind;

    /// <summary>True where the values are bounded by BCP 47.</summary>
    public bool IsLanguage { get; } = Facts.MaxValueSet == "http://hl7.org/fhir/ValueSet/all-languages";

    /// <summary>True where R4 says "an absolute URI": the name of an artifact, and of a code system in a map or a value set.</summary>
    public bool IsAbsolute { get; } = Facts.Path is "ValueSet.compose.include.system" or "ValueSet.expansion.contains.system"
        or "ConceptMap.group.source" or "ConceptMap.group.target"
        || (Type.Kind == PrimitiveKind.Uri && Facts.Path.Split('.') is [not "Extension", "url"]);

    /// <summary>Compiled when the first instance is validated.</summary>
    public Validation.InvariantSet? Invariants { get; set; }

    public ulong Bit { get; } = 1ul << Ordinal;
}
