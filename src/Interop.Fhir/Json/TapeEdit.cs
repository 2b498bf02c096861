namespace Interop.Fhir.Json;

/// <summary>
/// One change to a JSON text at a place on its tape: the bytes with that change and no other. After it the tape is out of date.
/// </summary>
internal readonly ref struct TapeEdit(ReadOnlySpan<byte> utf8, JsonTape tape)
{
    private readonly ReadOnlySpan<byte> utf8 = utf8;

    /// <summary>First byte of a value, of a string its quote.</summary>
    public static int StartOf(in TapeNode node) => node.Kind == TapeKind.String ? node.Start - 1 : node.Start;

    /// <summary>The byte after a value, of a string after its quote.</summary>
    public static int EndOf(in TapeNode node) => node.Kind == TapeKind.String ? node.End + 1 : node.End;

    /// <summary>The bytes of a value, of a string with its quotes.</summary>
    public ReadOnlySpan<byte> Raw(int node) => utf8[StartOf(tape[node])..EndOf(tape[node])];

    public byte[] Replace(int node, ReadOnlySpan<byte> raw) => Splice.Of(utf8, StartOf(tape[node])..EndOf(tape[node]), raw);

    /// <summary>Gives a property another name and value.</summary>
    public byte[] ReplaceProperty(int node, string name, ReadOnlySpan<byte> raw) =>
        Splice.Of(utf8, (tape[node].NameStart - 1)..EndOf(tape[node]), Splice.Property(name, raw));

    /// <summary>Adds a property as the last one of an object.</summary>
    public byte[] AddProperty(int parent, string name, ReadOnlySpan<byte> raw)
    {
        var last = LastChild(parent);
        var at = last < 0 ? tape[parent].Start + 1 : EndOf(tape[last]);
        return Splice.Of(utf8, at..at, [.. last < 0 ? ""u8 : ","u8, .. Splice.Property(name, raw)]);
    }

    /// <summary>Puts an item into an array before the one at an index, or at the end where the index is the array's length.</summary>
    public byte[] InsertItem(int array, int index, ReadOnlySpan<byte> raw)
    {
        var child = array + 1;
        for (var i = 0; i < index && child < tape[array].Next; i++)
        {
            child = tape[child].Next;
        }

        if (child < tape[array].Next)
        {
            var before = StartOf(tape[child]);
            return Splice.Of(utf8, before..before, [.. raw, .. ","u8]);
        }

        var last = LastChild(array);
        var at = last < 0 ? tape[array].Start + 1 : EndOf(tape[last]);
        return Splice.Of(utf8, at..at, [.. last < 0 ? ""u8 : ","u8, .. raw]);
    }

    /// <summary>Takes a property or array item out with one comma.</summary>
    public byte[] Remove(int parent, int node)
    {
        var (previous, next) = (-1, tape[node].Next < tape[parent].Next ? tape[node].Next : -1);
        for (var child = parent + 1; child < node; child = tape[child].Next)
        {
            previous = child;
        }

        var cut = previous >= 0 ? EndOf(tape[previous])..EndOf(tape[node])
            : next >= 0 ? Begin(node)..Begin(next)
            : Begin(node)..EndOf(tape[node]);
        return Splice.Of(utf8, cut, default);
    }

    private int Begin(int node) => tape[node].NameStart >= 0 ? tape[node].NameStart - 1 : StartOf(tape[node]);

    private int LastChild(int parent)
    {
        var last = -1;
        for (var child = parent + 1; child < tape[parent].Next; child = tape[child].Next)
        {
            last = child;
        }

        return last;
    }
}
