using System.Buffers.Text;
using System.Text;

namespace Interop.Fhir.Json;

/// <summary>The text of JSON strings whose escapes the scanner has already checked.</summary>
internal static class JsonText
{
    /// <summary>The string of a node; a lone surrogate reads as U+FFFD.</summary>
    public static string Read(ReadOnlySpan<byte> utf8, in TapeNode node)
    {
        var raw = utf8[node.Start..node.End];
        if ((node.Flags & TapeFlags.Escaped) == 0)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var text = new byte[raw.Length];
        return Encoding.UTF8.GetString(text, 0, Unescape(raw, text));
    }

    /// <summary>Writes the UTF-8 of an escaped string; the target is as long as the source, which is always enough.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = 0;
        for (var i = 0; i < raw.Length;)
        {
            if (raw[i] != (byte)'\\')
            {
                target[written++] = raw[i++];
            }
            else if (raw[i + 1] == (byte)'u')
            {
                written += Rune(raw, ref i).EncodeToUtf8(target[written..]);
            }
            else
            {
                target[written++] = raw[i + 1] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    var other => other,
                };
                i += 2;
            }
        }

        return written;
    }

    /// <summary>The code unit of <c>\uXXXX</c> at a position.</summary>
    public static bool TryUnit(ReadOnlySpan<byte> utf8, int position, out char unit)
    {
        unit = '\0';
        if (position + 6 > utf8.Length || utf8[position] != (byte)'\\' || utf8[position + 1] != (byte)'u')
        {
            return false;
        }

        var digits = utf8.Slice(position + 2, 4);
        if (!Utf8Parser.TryParse(digits, out ushort value, out var consumed, 'x') || consumed != 4)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }

    private static Rune Rune(ReadOnlySpan<byte> raw, ref int i)
    {
        TryUnit(raw, i, out var unit);
        i += 6;
        if (char.IsHighSurrogate(unit) && TryUnit(raw, i, out var low) && char.IsLowSurrogate(low))
        {
            i += 6;
            return new(unit, low);
        }

        return char.IsSurrogate(unit) ? System.Text.Rune.ReplacementChar : new(unit);
    }
}
