using System.Text;
using System.Text.Json;
using Interop.Fhir;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>Reads references without making strings of what is no local reference.</summary>
internal static class LocalReference
{
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 512 };

    /// <summary>The key that a literal reference names, <c>Type/id</c> with or without a version; null for anything else.</summary>
    public static ResourceKey? Parse(ReadOnlySpan<byte> text, TierTable tiers)
    {
        var slash = text.IndexOf((byte)'/');
        if (slash <= 0 || text.Length > 256 || tiers.TypeOf(text[..slash]) is not { } type)
        {
            return null;
        }

        var id = text[(slash + 1)..];
        var version = id.IndexOf("/_history/"u8);
        if (version >= 0)
        {
            if (!IsId(id[(version + "/_history/"u8.Length)..]))
            {
                return null;
            }

            id = id[..version];
        }

        return IsId(id) ? new(type, Encoding.ASCII.GetString(id)) : null;
    }

    private static bool IsId(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 1 or > 64)
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character is not ((byte)'-' or (byte)'.'))
            {
                return false;
            }
        }

        return true;
    }
}
