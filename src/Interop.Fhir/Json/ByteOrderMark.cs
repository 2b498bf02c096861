namespace Interop.Fhir.Json;

/// <summary>
/// The three bytes that some programs put before UTF-8, and JSON does not allow (RFC 8259 section 8.1 lets readers skip them).
/// </summary>
public static class ByteOrderMark
{
    // As bytes: a u8 literal writes each \x escape as a character of its own, which are six bytes.
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    public static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> utf8) => utf8.StartsWith(Mark) ? utf8[Mark.Length..] : utf8;

    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> utf8) => utf8.Span.StartsWith(Mark) ? utf8[Mark.Length..] : utf8;

    /// <summary>The same array where there is none.</summary>
    public static byte[] Skip(byte[] utf8) => utf8.AsSpan().StartsWith(Mark) ? utf8[Mark.Length..] : utf8;
}
