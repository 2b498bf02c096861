namespace Interop.Fhir.Json;

internal enum TapeKind : byte
{
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

[Flags]
internal enum TapeFlags : byte
{
    None = 0,

    /// <summary>The string has a backslash: its bytes are not its text.</summary>
    Escaped = 1,

    /// <summary>An escape names half of a surrogate pair, which has no UTF-8.</summary>
    LoneSurrogate = 2,

    /// <summary>An escape names a control character other than tab, carriage return and line feed.</summary>
    Control = 4,

    /// <summary>The property's name has a backslash.</summary>
    NameEscaped = 8,
}

/// <summary>
/// One JSON value as a place in the bytes. The children of node i are i + 1, then each one's <see cref="Next"/>, until i's Next.
/// </summary>
internal struct TapeNode
{
    /// <summary>First byte of the property's name, inside the quotes; -1 for array items and the root.</summary>
    public int NameStart;

    public int NameLength;

    /// <summary>First byte of the value; of a string, the byte after the quote.</summary>
    public int Start;

    /// <summary>The byte after the value; of a string, its closing quote.</summary>
    public int End;

    /// <summary>Index of the node after this one and all that it holds.</summary>
    public int Next;

    public TapeKind Kind;

    public TapeFlags Flags;
}
