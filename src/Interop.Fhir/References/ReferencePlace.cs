namespace Interop.Fhir.References;

/// <summary>One Reference of a resource that says something, by address or by identifier, and where it stands.</summary>
/// <param name="Expression">With positions, for issues: <c>Task.input[0].valueReference</c>.</param>
/// <param name="Element">
/// Without, below the resource that holds it, contained or not: <c>input.valueReference</c>.
/// </param>
/// <param name="Targets">The types that the element allows; empty for any.</param>
/// <param name="Container">Id of the contained resource that holds it (empty where it has none); null for the root.</param>
/// <param name="ExtensionUrl">The extension whose value it is, or null.</param>
/// <param name="Literal">The address.</param>
/// <param name="Type">What <c>Reference.type</c> says.</param>
/// <param name="Identifier">Of a logical reference (https://hl7.org/fhir/R4/references.html#logical).</param>
/// <param name="Start">The first byte of what a new address replaces.</param>
/// <param name="End">The byte after it.</param>
public sealed record ReferencePlace(
    string Expression,
    string Element,
    IReadOnlyList<string> Targets,
    string? Container,
    string? ExtensionUrl,
    string? Literal,
    string? Type,
    IdentifierText? Identifier,
    int Start,
    int End)
{
    /// <summary>The resource of this server that it names; null where its address is another or none.</summary>
    public ResourceKey? Target => Literal is { } literal ? ResourceKey.TryParse(literal) : null;

    /// <summary>Whether the element allows this type.</summary>
    public bool Allows(string type) => Targets.Count == 0 || Targets.Contains("Resource") || Targets.Contains(type);
}

/// <summary>System and value of an Identifier; one that has no value identifies nothing and is none.</summary>
public sealed record IdentifierText(string? System, string Value);

/// <summary>A contained resource as far as references lead through it.</summary>
public sealed record ContainedResource(string Id, string Type, IReadOnlyList<IdentifierText> Identifiers);
