using System.Text;
using Interop.Fhir.Json;

namespace Interop.Fhir.Patch;

/// <summary>A property of an object together with its <c>_</c> twin, which holds the ids and extensions of primitives
/// (https://hl7.org/fhir/R4/json.html#primitive).</summary>
internal sealed class PropertyPair
{
    private readonly byte[] document;
    private readonly JsonTape tape;
    private readonly int holder;
    private readonly int value;
    private readonly int twin;

    public PropertyPair(byte[] document, JsonTape tape, int holder, string name)
    {
        (this.document, this.tape, this.holder, Name) = (document, tape, holder, name);
        value = tape.Find(document, holder, Encoding.UTF8.GetBytes(name));
        twin = tape.Find(document, holder, Encoding.UTF8.GetBytes("_" + name));
    }

    /// <summary>The name without underscore.</summary>
    public string Name { get; }

    public bool Exists => value >= 0 || twin >= 0;

    public static PropertyPair Of(byte[] document, JsonTape tape, TypedPlace place)
    {
        var named = tape[place.Array >= 0 ? place.Array : place.Node];
        return new(document, tape, place.Holder, Encoding.UTF8.GetString(document, named.NameStart, named.NameLength).TrimStart('_'));
    }

    /// <summary>The items of a list, each with what is at its index in the twin.</summary>
    public List<PatchItem> Items()
    {
        var values = Raw(value);
        var twins = Raw(twin);
        return [.. Enumerable.Range(0, Math.Max(values.Count, twins.Count))
            .Select(i => new PatchItem(values.ElementAtOrDefault(i) ?? [], twins.ElementAtOrDefault(i) ?? []))];
    }

    public int IndexOf(int item)
    {
        var index = 0;
        for (var child = Math.Max(value, 0) + 1; child < item; child = tape[child].Next)
        {
            index++;
        }

        return index;
    }

    /// <summary>
    /// The list with these items. Where one item came or went and no item has a twin, the other items' surroundings keep their bytes too.
    /// </summary>
    public byte[] WriteList(List<PatchItem> items, int? inserted, int? removed)
    {
        var hasTwins = twin >= 0 || items.Any(item => item.Twin.Length > 0);
        if (!hasTwins && value >= 0 && inserted is { } at)
        {
            return new TapeEdit(document, tape).InsertItem(value, at, items[at].Raw);
        }

        if (!hasTwins && value >= 0 && removed is { } gone)
        {
            var child = value + 1;
            for (var i = 0; i < gone; i++)
            {
                child = tape[child].Next;
            }

            return new TapeEdit(document, tape).Remove(value, child);
        }

        var values = items.Any(item => item.Raw.Length > 0) ? PatchValue.Array(items.Select(item => item.RawOrNull)) : [];
        var twins = items.Any(item => item.Twin.Length > 0) ? PatchValue.Array(items.Select(item => item.TwinOrNull)) : [];
        return Write(Name, values, twins);
    }

    public byte[] WriteSingle(string name, byte[] raw, byte[] rawTwin) => Write(name, raw, rawTwin);

    public byte[] Remove() => Write(Name, [], []);

    private static byte[] Changed(byte[] document, int start, string oldName, string newName, byte[] raw)
    {
        using var tape = TopLevel.Read(document);
        var holder = TypedPlace.At(document, tape, start)!.Value.Node;
        var edit = new TapeEdit(document, tape);
        var known = tape.Find(document, holder, Encoding.UTF8.GetBytes(oldName));
        return (known >= 0, raw.Length > 0) switch
        {
            (true, true) => oldName == newName ? edit.Replace(known, raw) : edit.ReplaceProperty(known, newName, raw),
            (true, false) => edit.Remove(holder, known),
            (false, true) => edit.AddProperty(holder, newName, raw),
            _ => document,
        };
    }

    // An object keeps its first byte while what it holds changes.
    private byte[] Write(string name, byte[] raw, byte[] rawTwin)
    {
        var start = tape[holder].Start;
        var changed = Changed(document, start, Name, name, raw);
        return Changed(changed, start, "_" + Name, "_" + name, rawTwin);
    }

    private List<byte[]> Raw(int array)
    {
        var items = new List<byte[]>();
        for (var child = array + 1; array >= 0 && child < tape[array].Next; child = tape[child].Next)
        {
            items.Add(tape[child].Kind == TapeKind.Null ? [] : new TapeEdit(document, tape).Raw(child).ToArray());
        }

        return items;
    }
}

/// <summary>One item of a list with its twin; empty where it has none.</summary>
internal sealed record PatchItem(byte[] Raw, byte[] Twin)
{
    public byte[] RawOrNull => Raw.Length > 0 ? Raw : "null"u8.ToArray();

    public byte[] TwinOrNull => Twin.Length > 0 ? Twin : "null"u8.ToArray();
}
