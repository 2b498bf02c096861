namespace Interop.Fhir.Schema;

/// <summary>The JSON properties of a complex type, resource or backbone element.</summary>
/// <param name="Required">Bits of the elements with a minimum of one.</param>
/// <param name="Choices">Bits of the choice elements.</param>
internal sealed record TypeShape(
    IReadOnlyList<ElementFacts> Elements,
    Utf8Table<PropertyShape> Properties,
    IReadOnlyList<PropertyShape> All,
    ulong Required,
    ulong Choices)
{
    public ulong IdBit { get; } = Bit(Elements, "id");

    public ulong ExtensionBit { get; } = Bit(Elements, "extension");

    public ulong ValueBit { get; } = Bit(Elements, "value");

    public ulong ContainedBit { get; } = Bit(Elements, "contained");

    private static ulong Bit(IReadOnlyList<ElementFacts> elements, string name)
    {
        var ordinal = elements.Select(element => element.Name).ToList().IndexOf(name);
        return ordinal < 0 ? 0 : 1ul << ordinal;
    }
}
