using System.Buffers.Text;
using System.Text;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>
/// The regular expressions of https://hl7.org/fhir/R4/datatypes.html#primitive, written out over bytes. Stricter only where the text of
/// the specification is (days that the calendar has, 32-bit integers, padded base64, a maximum of 1,048,576 characters), and looser only in
/// the white space of base64.
/// </summary>
internal static class PrimitiveSyntax
{
    private const int LongestString = 1_048_576;

    public static bool IsValid(PrimitiveKind kind, ReadOnlySpan<byte> text) => kind switch
    {
        PrimitiveKind.Boolean or PrimitiveKind.Decimal => true, // JSON's own syntax says it all
        PrimitiveKind.Integer => IsInteger(text, int.MinValue),
        PrimitiveKind.UnsignedInt => IsInteger(text, 0),
        PrimitiveKind.PositiveInt => IsInteger(text, 1),
        PrimitiveKind.String or PrimitiveKind.Markdown => IsString(text),
        PrimitiveKind.Xhtml => text.Length > 0, // its content is judged with the invariants txt-1 and txt-2
        PrimitiveKind.Code => IsCode(text),
        PrimitiveKind.Id => IsId(text),
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical =>
            text.Length > 0 && !text.ContainsAnyInRange((byte)0, (byte)' '),
        PrimitiveKind.Oid => IsOid(text),
        PrimitiveKind.Uuid => IsUuid(text),
        PrimitiveKind.Date => DateSyntax.IsDate(text),
        PrimitiveKind.DateTime => DateSyntax.IsDateTime(text),
        PrimitiveKind.Instant => DateSyntax.IsInstant(text),
        PrimitiveKind.Time => DateSyntax.IsTime(text),
        PrimitiveKind.Base64Binary => IsBase64(text),
        _ => false,
    };

    public static string Rule(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Integer => "Not an integer: a JSON number of 32 bits without fraction and exponent.",
        PrimitiveKind.UnsignedInt => "Not an unsignedInt: 0 to 2147483647.",
        PrimitiveKind.PositiveInt => "Not a positiveInt: 1 to 2147483647.",
        PrimitiveKind.String or PrimitiveKind.Markdown => "A string has 1 to 1048576 characters.",
        PrimitiveKind.Code => "Not a code: no spaces at its ends, single ones inside.",
        PrimitiveKind.Id => "Not an id: 1 to 64 of A-Z, a-z, 0-9, '-' and '.'.",
        PrimitiveKind.Oid => "Not an oid: urn:oid: and numbers with dots.",
        PrimitiveKind.Uuid => "Not a uuid: urn:uuid: and lower-case hexadecimal groups.",
        PrimitiveKind.Date => "Not a date: YYYY, YYYY-MM or YYYY-MM-DD, and a day that the calendar has.",
        PrimitiveKind.DateTime => "Not a dateTime: a date, or date and time with seconds and time zone.",
        PrimitiveKind.Instant => "Not an instant: date and time with seconds and time zone.",
        PrimitiveKind.Time => "Not a time: hh:mm:ss without time zone.",
        PrimitiveKind.Base64Binary => "Not base64: groups of four, padded.",
        _ => "Must not be empty or contain white space.",
    };

    /// <summary>The shape of a language tag, BCP 47; the registry of subtags is not consulted.</summary>
    public static bool IsLanguage(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'-'))
        {
            var subtag = text[range];
            if (subtag.Length is 0 or > 8 || (range.Start.Value == 0 && subtag.Length == 1 && subtag[0] is not ((byte)'x' or (byte)'i')))
            {
                return false;
            }

            foreach (var letter in subtag)
            {
                if (!char.IsAsciiLetterOrDigit((char)letter))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsInteger(ReadOnlySpan<byte> text, int minimum)
    {
        var digits = text.StartsWith("-"u8) && minimum < 0 ? text[1..] : text;
        var isPlain = digits.Length > 0 && char.IsAsciiDigit((char)digits[0]) && (digits[0] != (byte)'0' || digits.Length == 1);
        return isPlain && Utf8Parser.TryParse(text, out int value, out var used) && used == text.Length && value >= minimum;
    }

    private static bool IsString(ReadOnlySpan<byte> text) =>
        text.Length > 0 && (text.Length <= LongestString || Encoding.UTF8.GetCharCount(text) <= LongestString);

    private static bool IsCode(ReadOnlySpan<byte> text)
    {
        var afterSpace = true;
        foreach (var letter in text)
        {
            var isSpace = letter <= (byte)' ';
            if (isSpace && afterSpace)
            {
                return false;
            }

            afterSpace = isSpace;
        }

        return !afterSpace;
    }

    private static bool IsId(ReadOnlySpan<byte> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'-' or (byte)'.'))
            {
                return false;
            }
        }

        return text.Length is >= 1 and <= 64;
    }

    private static bool IsOid(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("urn:oid:"u8) || text.Length < 11 || text[8] is not ((byte)'0' or (byte)'1' or (byte)'2'))
        {
            return false;
        }

        for (var i = 9; i < text.Length;)
        {
            var start = i + 1;
            if (text[i] != (byte)'.' || start == text.Length)
            {
                return false;
            }

            for (i = start; i < text.Length && char.IsAsciiDigit((char)text[i]); i++)
            {
            }

            if (i == start || (text[start] == (byte)'0' && i > start + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 45 || !text.StartsWith("urn:uuid:"u8))
        {
            return false;
        }

        for (var i = 9; i < text.Length; i++)
        {
            var isDash = i is 17 or 22 or 27 or 32;
            if (isDash ? text[i] != (byte)'-' : !char.IsAsciiHexDigitLower((char)text[i]))
            {
                return false;
            }
        }

        return true;
    }

    // White space is allowed anywhere, also inside a group of four, where the expression has none: senders break their lines anywhere.
    private static bool IsBase64(ReadOnlySpan<byte> text)
    {
        var (count, padding) = (0, 0);
        foreach (var letter in text)
        {
            if (letter is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                continue;
            }

            count++;
            if (letter == (byte)'=')
            {
                padding++;
            }
            else if (padding > 0 || !(char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'+' or (byte)'/'))
            {
                return false;
            }
        }

        return count > 0 && count % 4 == 0 && padding <= 2;
    }
}
