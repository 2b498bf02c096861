using System.Buffers.Text;
using System.Text;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>
/// <c>htmlChecks()</c>: whether a narrative is well-formed XHTML of the allowed elements and attributes, says something, and holds nothing
/// that acts: https://hl7.org/fhir/R4/narrative.html#xhtml.
/// </summary>
internal static class Narrative
{
    private const int DeepestNesting = 200;

    private static readonly Utf8Table<string> Elements = Table(
        "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 "
            + "hr i img ins "
        + "kbd li map area ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var");

    private static readonly Utf8Table<string> Attributes = Table(
        "xmlns id class style title lang xml:lang xml:space dir href name rel rev charset type hreflang accesskey tabindex shape coords "
            + "src alt height "
        + "width usemap ismap longdesc border cellpadding cellspacing frame rules summary abbr axis headers scope rowspan colspan span "
        + "align valign char "
        + "charoff nowrap bgcolor color size face clear cite datetime start value compact noshade hspace vspace");

    private static readonly Utf8Table<string> Addresses = Table("href src cite longdesc usemap");

    private static readonly string[] Schemes = ["http", "https", "mailto", "tel", "ftp", "urn", "cid", "file"];

    // What makes style sheets run something; a backslash could spell any of it. Images may be fetched, as by img.
    private static readonly string[] ActiveStyles = ["expression(", "javascript:", "behavior:", "-moz-binding", "@import", "\\"];

    /// <summary>The first thing wrong, in words that hold nothing of the text; null for a good narrative.</summary>
    public static string? Fault(ReadOnlySpan<byte> xhtml) => new Reader(xhtml).Run();

    public static string? Fault(string xhtml) => Fault(Encoding.UTF8.GetBytes(xhtml));

    private static Utf8Table<string> Table(string names) => new([.. names.Split(' ').Select(name => KeyValuePair.Create(name, name))]);

    private static bool IsSpace(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    private static bool IsNamePart(byte letter) =>
        char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)':' or (byte)'-' or (byte)'_' or (byte)'.';

    private ref struct Reader(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> text = text;
        private int position;
        private int depth;
        private bool hasContent;

        public string? Run()
        {
            Span<(int Start, int Length)> open = stackalloc (int, int)[DeepestNesting];
            SkipSpace();
            if (!text[position..].StartsWith("<div"u8))
            {
                return "a narrative is one div element";
            }

            do
            {
                var fault = position == text.Length ? "the XHTML ends too early"
                    : text[position] != (byte)'<' ? Text()
                    : text[position..].StartsWith("<!--"u8) ? Comment()
                    : text[position..].StartsWith("</"u8) ? Close(open)
                    : Open(open);
                if (fault is not null)
                {
                    return fault;
                }
            }
            while (depth > 0);

            SkipSpace();
            return position < text.Length ? "nothing may follow the div element"
                : hasContent ? null
                : "a narrative has text or an image";
        }

        private string? Text()
        {
            var length = text[position..].IndexOf((byte)'<');
            var part = length < 0 ? text[position..] : text.Slice(position, length);
            position += part.Length;
            hasContent |= part.ContainsAnyExcept(" \t\r\n"u8);
            return References(part);
        }

        private string? Comment()
        {
            var length = text[(position + 4)..].IndexOf("-->"u8);
            position += length + 7;
            return length < 0 ? "a comment does not end" : null;
        }

        private string? Open(scoped Span<(int Start, int Length)> open)
        {
            var start = ++position;
            var name = Name();
            if (name.Length == 0)
            {
                return "only elements and comments are allowed, no declarations";
            }

            if (Elements.Find(name) is not { } element)
            {
                return "an element that narratives may not use";
            }

            if (depth == DeepestNesting)
            {
                return "the elements are nested too deeply";
            }

            hasContent |= element == "img";
            var hasNamespace = false;
            while (true)
            {
                var before = position;
                SkipSpace();
                if (Skip("/>"u8))
                {
                    return null;
                }

                if (Skip(">"u8))
                {
                    open[depth++] = (start, name.Length);
                    return hasNamespace || depth > 1 ? null : "the div is not in the namespace http://www.w3.org/1999/xhtml";
                }

                if (before == position)
                {
                    return "an element's start is malformed";
                }

                if (Attribute(element, ref hasNamespace) is { } fault)
                {
                    return fault;
                }
            }
        }

        private string? Close(scoped Span<(int Start, int Length)> open)
        {
            position += 2;
            var name = Name();
            SkipSpace();
            var (start, length) = open[--depth];
            return Skip(">"u8) && name.SequenceEqual(text.Slice(start, length)) ? null : "the elements are not properly nested";
        }

        private string? Attribute(string element, ref bool hasNamespace)
        {
            var name = Name();
            SkipSpace();
            if (name.Length == 0 || !Skip("="u8))
            {
                return "an attribute is malformed";
            }

            SkipSpace();
            var quote = position < text.Length ? text[position] : (byte)0;
            var length = quote is (byte)'"' or (byte)'\'' ? text[(position + 1)..].IndexOf(quote) : -1;
            if (length < 0)
            {
                return "an attribute's value is not in quotes";
            }

            var value = text.Slice(position + 1, length);
            position += length + 2;
            if (Attributes.Find(name) is not { } attribute)
            {
                return name.StartsWith("on"u8) ? "an event handler" : "an attribute that narratives may not use";
            }

            if (attribute == "xmlns")
            {
                hasNamespace = value.SequenceEqual("http://www.w3.org/1999/xhtml"u8);
                return hasNamespace ? null : "another namespace than http://www.w3.org/1999/xhtml";
            }

            if (value.Contains((byte)'<'))
            {
                return "an attribute holds a <";
            }

            return References(value)
                ?? (
                    Addresses.Find(name) is not null && IsActiveAddress(Plain(value), element == "img")
                        ? "an address that is not one of a document or image"
                        : null)
                ?? (attribute == "style" && IsActiveStyle(value) ? "a style that runs something" : null);
        }

        // XML's five and those by number: there are no HTML entities in XHTML inside of FHIR.
        private static string? References(ReadOnlySpan<byte> part)
        {
            for (var at = part.IndexOf((byte)'&'); at >= 0; at = part.IndexOf((byte)'&'))
            {
                part = part[(at + 1)..];
                var end = part.IndexOf((byte)';');
                var name = end > 0 ? part[..end] : default;
                var isKnown = name.SequenceEqual("amp"u8)
                    || name.SequenceEqual("lt"u8)
                    || name.SequenceEqual("gt"u8)
                    || name.SequenceEqual("quot"u8)
                    || name.SequenceEqual("apos"u8) || CharacterOf(name) >= 0;
                if (!isKnown)
                {
                    return "an entity that XML does not have";
                }
            }

            return null;
        }

        /// <summary>The character that <c>#nnn</c> or <c>#xhhh</c> names; -1 for other text.</summary>
        private static int CharacterOf(ReadOnlySpan<byte> name)
        {
            if (name.Length < 2 || name[0] != (byte)'#')
            {
                return -1;
            }

            var isHexadecimal = name[1] is (byte)'x';
            var digits = isHexadecimal ? name[2..] : name[1..];
            return digits.Length is > 0 and < 8
                && Utf8Parser.TryParse(digits, out int value, out var used, isHexadecimal ? 'x' : 'd')
                && used == digits.Length
                && Rune.IsValid(value) ? value : -1;
        }

        private static bool IsActiveAddress(string plain, bool isImage)
        {
            var colon = plain.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || plain.AsSpan(0, colon).ContainsAny('/', '?', '#'))
            {
                return false;
            }

            return Array.IndexOf(Schemes, plain[..colon]) < 0
                && !(
                    isImage
                        && plain.StartsWith("data:image/", StringComparison.Ordinal)
                        && !plain.StartsWith("data:image/svg", StringComparison.Ordinal));
        }

        private static bool IsActiveStyle(ReadOnlySpan<byte> value)
        {
            var plain = Plain(value);
            while (plain.IndexOf("/*", StringComparison.Ordinal) is >= 0 and var start)
            {
                var end = plain.IndexOf("*/", start + 2, StringComparison.Ordinal);
                plain = plain.Remove(start, (end < 0 ? plain.Length : end + 2) - start);
            }

            for (
                var at = plain.IndexOf("url(", StringComparison.Ordinal); at >= 0; at = plain.IndexOf(
                    "url(", at + 4, StringComparison.Ordinal))
            {
                if (IsActiveAddress(plain[(at + 4)..].TrimStart('"', '\''), isImage: true))
                {
                    return true;
                }
            }

            return Array.Exists(ActiveStyles, plain.Contains);
        }

        /// <summary>As a browser understands it: character references resolved, white space and controls gone, lower case.</summary>
        private static string Plain(ReadOnlySpan<byte> value)
        {
            var plain = new StringBuilder(value.Length);
            var text = System.Net.WebUtility.HtmlDecode(Encoding.UTF8.GetString(value));
            foreach (var letter in text.Where(letter => letter > ' ' && !char.IsControl(letter)))
            {
                plain.Append(char.ToLowerInvariant(letter));
            }

            return plain.ToString();
        }

        private ReadOnlySpan<byte> Name()
        {
            var start = position;
            while (position < text.Length && IsNamePart(text[position]))
            {
                position++;
            }

            return text[start..position];
        }

        private bool Skip(ReadOnlySpan<byte> expected)
        {
            var isThere = text[position..].StartsWith(expected);
            position += isThere ? expected.Length : 0;
            return isThere;
        }

        private void SkipSpace()
        {
            while (position < text.Length && IsSpace(text[position]))
            {
                position++;
            }
        }
    }
}
