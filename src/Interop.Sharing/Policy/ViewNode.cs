namespace Interop.Sharing.Policy;

/// <summary>How the redactor treats a value.</summary>
internal enum ViewKind : byte
{
    Primitive,
    Object,
    Reference,
}

/// <summary>One node of a view's trie: what may leave of an object of one type at one place.</summary>
internal sealed class ViewNode(ViewKind kind)
{
    private NameTable<ViewEdge>? edges;

    public ViewKind Kind { get; } = kind;

    /// <summary>Conditions of the alternatives, by bit; null for one that always holds.</summary>
    public IReadOnlyList<ElementCondition>?[] Alternatives { get; private set; } = [];

    /// <summary>Whether any alternative has a condition.</summary>
    public bool IsConditional { get; private set; }

    /// <summary>Whether what it shows depends on who asks.</summary>
    public bool NamesCaller { get; private set; }

    /// <summary>Bits of the mandatory elements.</summary>
    public ulong Required { get; private set; }

    public ViewEdge? Find(ReadOnlySpan<byte> name) => edges?.Find(name);

    public void Complete(IReadOnlyList<ViewEdge> all, IReadOnlyList<ElementCondition>?[] alternatives)
    {
        edges = new([.. all.Select(edge => KeyValuePair.Create(edge.Name, edge))]);
        Alternatives = alternatives;
        IsConditional = alternatives.Any(conditions => conditions is not null);
        Required = all.Aggregate(0ul, (bits, edge) => bits | edge.RequiredBit);
        NamesCaller = alternatives.Any(conditions => conditions is not null && conditions.Any(condition => condition.NamesCaller))
            || all.Any(edge => (edge.Mask != 0 && edge.Node.NamesCaller) || edge.Never.Any(condition => condition.NamesCaller));
    }
}

/// <summary>One JSON property of an object in a view, allowed or not.</summary>
/// <param name="Mask">Bits of the alternatives that show it; 0 for hidden always.</param>
/// <param name="RequiredBit">Its bit when it is mandatory; the variants of a choice share it.</param>
/// <param name="Never">Values that match one of these never leave.</param>
internal sealed record ViewEdge(
    string Name, ViewNode Node, uint Mask, bool IsList, bool IsModifier, ulong RequiredBit, IReadOnlyList<ElementCondition> Never)
{
    /// <summary>The quoted name and the colon, ready to be written.</summary>
    public byte[] Label { get; } = System.Text.Encoding.UTF8.GetBytes($"\"{Name}\":");

    public bool IsMandatory => RequiredBit != 0;
}
