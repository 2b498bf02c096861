using System.Text.Json;
using System.Text;

namespace Interop.Fhir.Json;

/// <summary>A property of the outermost object.</summary>
/// <param name="NameStart">The opening quote of its name.</param>
/// <param name="Value">The bytes of its value, a string with its quotes.</param>
public readonly record struct TopLevelProperty(string Name, int NameStart, Range Value);

/// <summary>
/// Reads and patches the properties of the outermost object of a JSON text, and leaves every other byte as it is.
/// A byte order mark stays where it is. The text must be JSON (it was validated when it came in): FormatException otherwise.
/// </summary>
public static class TopLevel
{
    /// <summary>The properties in document order. Ranges count from the start of the given bytes.</summary>
    public static IReadOnlyList<TopLevelProperty> Properties(ReadOnlySpan<byte> utf8)
    {
        var text = ByteOrderMark.Skip(utf8);
        using var tape = Read(text);
        var properties = new List<TopLevelProperty>();
        for (var child = 1; child < tape.Count; child = tape[child].Next)
        {
            properties.Add(Describe(text, tape[child], utf8.Length - text.Length));
        }

        return properties;
    }

    /// <summary>The bytes of one value, a string with its quotes; empty when there is no such property.</summary>
    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> utf8, string name) =>
        Find(utf8, name) is { } found ? utf8[found.Value] : default;

    /// <summary>The property's text; null where it is not there or is no text.</summary>
    public static string? Text(ReadOnlySpan<byte> utf8, string name)
    {
        var value = Value(utf8, name);
        if (value.IsEmpty || value[0] != (byte)'"')
        {
            return null;
        }

        var reader = new Utf8JsonReader(value);
        reader.Read();
        return reader.GetString();
    }

    /// <summary>Gives a property another value; adds it as the last one when it is absent.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> utf8, string name, ReadOnlySpan<byte> rawValue)
    {
        if (Find(utf8, name) is { } found)
        {
            return Splice.Of(utf8, found.Value, rawValue);
        }

        var last = Properties(utf8).Select(property => property.Value.End.Value).LastOrDefault(-1);
        var at = last < 0 ? utf8.IndexOf((byte)'{') + 1 : last;
        return Splice.Of(utf8, at..at, [.. last < 0 ? ""u8 : ","u8, .. Splice.Property(name, rawValue)]);
    }

    /// <summary>Takes a property out with one comma; the same bytes when it is absent.</summary>
    public static byte[] Remove(ReadOnlySpan<byte> utf8, string name)
    {
        var properties = Properties(utf8);
        for (var i = 0; i < properties.Count; i++)
        {
            if (properties[i].Name == name)
            {
                var cut = i > 0 ? properties[i - 1].Value.End.Value..properties[i].Value.End.Value
                    : properties.Count > 1 ? properties[0].NameStart..properties[1].NameStart
                    : properties[0].NameStart..properties[0].Value.End.Value;
                return Splice.Of(utf8, cut, default);
            }
        }

        return utf8.ToArray();
    }

    /// <summary>Puts a new property right after another one; FormatException when that one is absent.</summary>
    public static byte[] InsertAfter(ReadOnlySpan<byte> utf8, string after, string name, ReadOnlySpan<byte> rawValue)
    {
        var at = Find(utf8, after)?.Value.End.Value ?? throw new FormatException($"There is no property {after}.");
        return Splice.Of(utf8, at..at, [.. ","u8, .. Splice.Property(name, rawValue)]);
    }

    internal static JsonTape Read(ReadOnlySpan<byte> utf8)
    {
        var tape = JsonTape.TryRead(utf8, out var fault) ?? throw new FormatException(fault.Describe(utf8));
        if (tape[0].Kind == TapeKind.Object)
        {
            return tape;
        }

        tape.Dispose();
        throw new FormatException("The JSON text is not an object.");
    }

    private static TopLevelProperty Describe(ReadOnlySpan<byte> utf8, in TapeNode node, int offset)
    {
        var quote = node.Kind == TapeKind.String ? 1 : 0;
        var raw = utf8.Slice(node.NameStart, node.NameLength);
        var name = new byte[raw.Length];
        var length = raw.Length;
        if ((node.Flags & TapeFlags.NameEscaped) == 0)
        {
            raw.CopyTo(name);
        }
        else
        {
            length = JsonText.Unescape(raw, name);
        }

        var start = offset + node.Start - quote;
        return new(Encoding.UTF8.GetString(name, 0, length), offset + node.NameStart - 1, start..(offset + node.End + quote));
    }

    private static TopLevelProperty? Find(ReadOnlySpan<byte> utf8, string name)
    {
        foreach (var property in Properties(utf8))
        {
            if (property.Name == name)
            {
                return property;
            }
        }

        return null;
    }
}
