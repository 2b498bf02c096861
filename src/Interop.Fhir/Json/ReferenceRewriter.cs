using System.Buffers;
using System.Text.Json;

namespace Interop.Fhir.Json;

/// <summary>
/// Replaces references inside a resource and keeps every other byte, as a transaction must for the entries that it creates
/// (https://hl7.org/fhir/R4/http.html#trules). A <c>urn:uuid:</c> or <c>urn:oid:</c> is replaced wherever it is a whole string,
/// anything else only in a <c>reference</c>. Links inside narrative are left alone.
/// </summary>
public static class ReferenceRewriter
{
    /// <param name="utf8">A resource that was found to be well-formed.</param>
    /// <param name="replacement">The new reference for an old one, or null to keep it.</param>
    public static byte[] Rewrite(ReadOnlySpan<byte> utf8, Func<string, string?> replacement)
    {
        var output = new ArrayBufferWriter<byte>(utf8.Length + 64);
        var copied = 0;
        foreach (var (start, length, reference) in Candidates(utf8))
        {
            if (replacement(reference) is { } changed)
            {
                output.Write(utf8[copied..start]);
                output.Write(JsonEncodedText.Encode(changed).EncodedUtf8Bytes);
                copied = start + length;
            }
        }

        output.Write(utf8[copied..]);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The distinct references of a resource that <see cref="Rewrite"/> would offer for replacement.</summary>
    public static IReadOnlyCollection<string> References(ReadOnlySpan<byte> utf8) =>
        [.. Candidates(utf8).Select(candidate => candidate.Reference).Distinct()];

    private static List<(int Start, int Length, string Reference)> Candidates(ReadOnlySpan<byte> utf8)
    {
        var found = new List<(int, int, string)>();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 1024 });
        var isReference = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isReference = reader.ValueTextEquals("reference"u8);
            }
            else if (reader.TokenType == JsonTokenType.String && (isReference || IsUrn(reader.ValueSpan)))
            {
                found.Add(((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.GetString()!));
                isReference = false;
            }
            else
            {
                isReference = false;
            }
        }

        return found;
    }

    private static bool IsUrn(ReadOnlySpan<byte> value) => value.StartsWith("urn:uuid:"u8) || value.StartsWith("urn:oid:"u8);
}
