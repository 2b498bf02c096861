using System.Globalization;
using System.Text;
using Interop.Fhir.Json;

namespace Interop.Fhir.Patch;

/// <summary>A JSON Pointer (RFC 6901) as its unescaped tokens; none for the whole document.</summary>
internal sealed record JsonPointer(IReadOnlyList<string> Tokens)
{
    /// <summary>Null where the text is not a pointer.</summary>
    public static JsonPointer? TryParse(string text)
    {
        if (text.Length == 0)
        {
            return new([]);
        }

        if (text[0] != '/')
        {
            return null;
        }

        var tokens = text[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var tilde = tokens[i].IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = tokens[i].IndexOf('~', tilde + 1))
            {
                if (tilde + 1 == tokens[i].Length || tokens[i][tilde + 1] is not ('0' or '1'))
                {
                    return null;
                }
            }

            // ~1 first: else ~01 would become a slash.
            tokens[i] = tokens[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return new(tokens);
    }

    /// <summary>True for a pointer to something inside what the other one points at.</summary>
    public bool IsInside(JsonPointer other) =>
        Tokens.Count > other.Tokens.Count && Tokens.Take(other.Tokens.Count).SequenceEqual(other.Tokens);

    /// <summary>The node that the first tokens lead to, or -1.</summary>
    public int Find(ReadOnlySpan<byte> utf8, JsonTape tape, int count)
    {
        var node = 0;
        for (var i = 0; i < count && node >= 0; i++)
        {
            node = tape[node].Kind switch
            {
                TapeKind.Object => tape.Find(utf8, node, Encoding.UTF8.GetBytes(Tokens[i])),
                TapeKind.Array => Item(tape, node, Index(Tokens[i])),
                _ => -1,
            };
        }

        return node;
    }

    /// <summary>An array index as RFC 6901 writes it, without leading zeros; -1 for anything else.</summary>
    public static int Index(string token) =>
        token.Length is > 0 and < 10 && token.All(char.IsAsciiDigit) && (token.Length == 1 || token[0] != '0')
            ? int.Parse(token, CultureInfo.InvariantCulture)
            : -1;

    private static int Item(JsonTape tape, int array, int index)
    {
        var child = array + 1;
        for (var i = 0; i < index && child < tape[array].Next; i++)
        {
            child = tape[child].Next;
        }

        return index >= 0 && child < tape[array].Next ? child : -1;
    }
}
