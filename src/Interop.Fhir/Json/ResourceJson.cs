using System.Globalization;

namespace Interop.Fhir.Json;

/// <summary>Reads and sets the identity of a resource in UTF-8 JSON: https://hl7.org/fhir/R4/resource.html#id and #Meta.</summary>
public static class ResourceJson
{
    /// <summary>Null when the bytes are not a JSON object.</summary>
    public static ResourceHeader? ReadHeader(ReadOnlySpan<byte> utf8)
    {
        utf8 = ByteOrderMark.Skip(utf8);
        using var tape = JsonTape.TryRead(utf8, out _);
        if (tape is null || tape[0].Kind != TapeKind.Object)
        {
            return null;
        }

        var meta = tape.Find(utf8, 0, "meta"u8);
        return new(
            Text(utf8, tape, 0, "resourceType"u8),
            Text(utf8, tape, 0, "id"u8),
            Text(utf8, tape, meta, "versionId"u8),
            Text(utf8, tape, meta, "lastUpdated"u8));
    }

    /// <summary>
    /// The resource with another <c>meta.versionId</c> and <c>meta.lastUpdated</c>, and another <c>id</c> unless that is null. Every other
    /// byte stays, except a byte order mark. FormatException when the bytes are not a resource.
    /// </summary>
    public static byte[] WithIdentity(ReadOnlySpan<byte> utf8, string? id, string versionId, DateTimeOffset lastUpdated)
    {
        utf8 = ByteOrderMark.Skip(utf8);
        using var tape = TopLevel.Read(utf8);
        var edits = new List<(int Start, int End, byte[] Text)>();
        var typeNode = tape.Find(utf8, 0, "resourceType"u8);
        if (typeNode < 0)
        {
            throw new FormatException("The JSON object has no resourceType.");
        }

        var anchor = tape.Find(utf8, 0, "id"u8);
        if (anchor < 0)
        {
            anchor = typeNode;
            if (id is not null)
            {
                edits.Add(Insert(End(tape, anchor), "id", Splice.Quoted(id)));
            }
        }
        else if (id is not null)
        {
            edits.Add(Overwrite(tape, anchor, Splice.Quoted(id)));
        }

        AddMeta(utf8, tape, anchor, Splice.Quoted(versionId), Splice.Quoted(Instant(lastUpdated)), edits);
        return Apply(utf8, edits);
    }

    /// <summary>An R4 instant in UTC: milliseconds, or microseconds where there are any.</summary>
    public static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString(
        time.Ticks % TimeSpan.TicksPerMillisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
        CultureInfo.InvariantCulture);

    private static void AddMeta(
        ReadOnlySpan<byte> utf8, JsonTape tape, int anchor, byte[] version, byte[] updated, List<(int Start, int End, byte[] Text)> edits)
    {
        var meta = tape.Find(utf8, 0, "meta"u8);
        if (meta < 0 || tape[meta].Kind != TapeKind.Object)
        {
            byte[] text =
                [.. "{"u8, .. Splice.Property("versionId", version), .. ","u8, .. Splice.Property("lastUpdated", updated), .. "}"u8];
            edits.Add(meta < 0 ? Insert(End(tape, anchor), "meta", text) : Overwrite(tape, meta, text));
            return;
        }

        var start = tape[meta].Start + 1;
        var isEmpty = tape[meta].Next == meta + 1;
        foreach (var (name, value) in new[] { ("versionId", version), ("lastUpdated", updated) })
        {
            var known = tape.Find(utf8, meta, System.Text.Encoding.UTF8.GetBytes(name));
            if (known >= 0)
            {
                edits.Add(Overwrite(tape, known, value));
            }
            else
            {
                edits.Add((start, start, [.. Splice.Property(name, value), .. isEmpty && name == "lastUpdated" ? ""u8 : ","u8]));
            }
        }
    }

    private static string? Text(ReadOnlySpan<byte> utf8, JsonTape tape, int parent, ReadOnlySpan<byte> name)
    {
        var node = parent < 0 || tape[parent].Kind != TapeKind.Object ? -1 : tape.Find(utf8, parent, name);
        return node >= 0 && tape[node].Kind == TapeKind.String ? JsonText.Read(utf8, tape[node]) : null;
    }

    private static int End(JsonTape tape, int node) => tape[node].Kind == TapeKind.String ? tape[node].End + 1 : tape[node].End;

    private static (int Start, int End, byte[] Text) Insert(int at, string name, byte[] value) =>
        (at, at, [.. ","u8, .. Splice.Property(name, value)]);

    private static (int Start, int End, byte[] Text) Overwrite(JsonTape tape, int node, byte[] value) =>
        (tape[node].Kind == TapeKind.String ? tape[node].Start - 1 : tape[node].Start, End(tape, node), value);

    // Edits at one place keep their order; a stable sort, therefore.
    private static byte[] Apply(ReadOnlySpan<byte> utf8, List<(int Start, int End, byte[] Text)> edits)
    {
        var result = new byte[utf8.Length + edits.Sum(edit => edit.Text.Length - (edit.End - edit.Start))];
        var (read, written) = (0, 0);
        foreach (var (start, end, text) in edits.OrderBy(edit => edit.Start))
        {
            utf8[read..start].CopyTo(result.AsSpan(written));
            written += start - read;
            text.CopyTo(result.AsSpan(written));
            written += text.Length;
            read = end;
        }

        utf8[read..].CopyTo(result.AsSpan(written));
        return result;
    }
}
