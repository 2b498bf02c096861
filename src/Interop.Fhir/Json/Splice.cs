using System.Text;
using System.Text.Json;

namespace Interop.Fhir.Json;

/// <summary>Cuts and joins of UTF-8 text.</summary>
internal static class Splice
{
    public static byte[] Of(ReadOnlySpan<byte> utf8, Range cut, ReadOnlySpan<byte> replacement) =>
        [.. utf8[..cut.Start], .. replacement, .. utf8[cut.End.Value..]];

    public static byte[] Property(string name, ReadOnlySpan<byte> rawValue) => [.. Quoted(name), .. ":"u8, .. rawValue];

    public static byte[] Quoted(string text) => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text)}\"");
}
