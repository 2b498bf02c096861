using System.Text;
using Interop.Fhir.Schema;

namespace Interop.Fhir;

/// <summary>
/// The address of a resource on this server, <c>[type]/[id]</c> (https://hl7.org/fhir/R4/references.html#literal).
/// Ids are case-sensitive.
/// </summary>
public readonly record struct ResourceKey(string Type, string Id)
{
    public override string ToString() => $"{Type}/{Id}";

    /// <summary>
    /// Reads a reference in its normal form: <c>Type/id</c> of an R4 type, also with a trailing <c>/_history/version</c>; null for anything
    /// else.
    /// </summary>
    public static ResourceKey? TryParse(string reference) => TryParse(Encoding.UTF8.GetBytes(reference));

    /// <inheritdoc cref="TryParse(string)"/>
    /// <param name="reference">In UTF-8; no string is made of what is no local reference.</param>
    public static ResourceKey? TryParse(ReadOnlySpan<byte> reference)
    {
        var slash = reference.IndexOf((byte)'/');
        if (slash <= 0 || FhirFacts.R4.Resource(reference[..slash]) is not { } type)
        {
            return null;
        }

        var id = reference[(slash + 1)..];
        var version = id.IndexOf("/_history/"u8);
        if (version >= 0)
        {
            if (!IsId(id[(version + "/_history/"u8.Length)..]))
            {
                return null;
            }

            id = id[..version];
        }

        return IsId(id) ? new(type.Name, Encoding.ASCII.GetString(id)) : null;
    }

    /// <summary>The <c>id</c> type of R4: 1 to 64 of <c>A-Z a-z 0-9 - .</c> (https://hl7.org/fhir/R4/datatypes.html#id).</summary>
    public static bool IsId(string text) =>
        text.Length is >= 1 and <= 64 && text.All(IsIdCharacter);

    private static bool IsId(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (!IsIdCharacter((char)character))
            {
                return false;
            }
        }

        return text.Length is >= 1 and <= 64;
    }

    private static bool IsIdCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '.';
}
