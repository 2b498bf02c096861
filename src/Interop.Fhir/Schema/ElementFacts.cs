namespace Interop.Fhir.Schema;

/// <summary>What R4 says about one element (https://hl7.org/fhir/R4/elementdefinition.html).</summary>
/// <param name="Path">Where it is defined: <c>HumanName.family</c>, <c>Observation.value[x]</c>.</param>
/// <param name="Name">Its FHIRPath name: <c>family</c>, <c>value</c>.</param>
/// <param name="Min">0 or 1: no element of R4 demands more.</param>
/// <param name="Max">Null for <c>*</c>; 0 for an element that a specialisation forbids.</param>
/// <param name="Types">More than one, or <see cref="IsChoice"/>, for <c>[x]</c>. Of a content reference: those of the referenced
/// element.</param>
/// <param name="ContentReference">The path whose children this element shares, such as <c>Bundle.link</c>.</param>
/// <param name="RequiredValueSet">Canonical URL of the value set that a required binding names.</param>
/// <param name="MaxValueSet">Canonical URL of the value set that bounds an extensible or preferred binding.</param>
/// <param name="Rules">Keys of its invariants, without ele-1 and ext-1, which hold for every element and extension.</param>
public sealed record ElementFacts(
    string Path,
    string Name,
    int Min,
    int? Max,
    IReadOnlyList<ElementTypeFacts> Types,
    bool IsModifier,
    bool IsSummary,
    string? ContentReference,
    string? RequiredValueSet,
    string? MaxValueSet,
    IReadOnlyList<string> Rules)
{
    /// <summary>True for <c>[x]</c>, also where only one type is allowed.</summary>
    public bool IsChoice => Path.EndsWith("[x]", StringComparison.Ordinal);

    /// <summary>True where JSON wants an array.</summary>
    public bool IsList => Max is null or > 1;

    /// <summary>
    /// The property names that it may have in JSON, without their <c>_</c> twins: <c>valueQuantity</c>, <c>valueString</c>, ...
    /// </summary>
    public IEnumerable<string> JsonNames =>
        IsChoice ? Types.Select(type => Name + char.ToUpperInvariant(type.Code[0]) + type.Code[1..]) : [Name];
}

/// <summary>One type that an element may have, with the resource types that a Reference or canonical may point at (empty: any).</summary>
public sealed record ElementTypeFacts(string Code, IReadOnlyList<string> Targets);
