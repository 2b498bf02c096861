namespace Interop.Sharing.Limited;

/// <summary>By which rule a value is changed before it leaves, or does not leave.</summary>
internal enum LimitedKind : byte
{
    Boolean,
    Number,

    /// <summary>One of the codes that R4 lists for the element.</summary>
    Code,

    /// <summary>The Monday of its week, shifted.</summary>
    Day,

    /// <summary>The year, and for the oldest the year of the youngest among them.</summary>
    Birth,
    Coding,
    Concept,
    Period,
    Quantity,
    Reference,
    Address,
    Extension,

    /// <summary>An element with children that are listed one by one.</summary>
    Backbone,
}

/// <summary>What of an object may leave: its listed elements. One without an element that changes its meaning does not leave.</summary>
internal sealed class LimitedNode
{
    /// <summary>By the names that JSON has for them.</summary>
    public Dictionary<string, LimitedElement> Elements { get; } = new(StringComparer.Ordinal);

    /// <summary>JSON names of the elements that change the meaning of the others.</summary>
    public HashSet<string> Modifiers { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it is a link between two records of one person.</summary>
    public bool IsLink { get; set; }
}

/// <summary>One listed element.</summary>
/// <param name="Codes">Those that R4 lists, of a code; null for others.</param>
/// <param name="Node">Its children; null where the kind decides about them.</param>
internal sealed record LimitedElement(LimitedKind Kind, IReadOnlySet<string>? Codes = null, LimitedNode? Node = null);

/// <summary>What of a resource type may leave.</summary>
/// <param name="When">One of these must hold of the resource; empty where nothing is asked.</param>
internal sealed record LimitedType(string Name, LimitedNode Node, IReadOnlyList<Policy.ElementCondition> When);

/// <summary>An extension that may leave.</summary>
/// <param name="Codes">What its valueCode may be.</param>
/// <param name="Parts">Urls of the extensions in it that may leave, too.</param>
internal sealed record LimitedExtension(IReadOnlySet<string> Codes, IReadOnlySet<string> Parts);
