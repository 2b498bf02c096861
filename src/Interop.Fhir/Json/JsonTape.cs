using System.Buffers;
using System.Text.Unicode;

namespace Interop.Fhir.Json;

/// <summary>
/// Where every value of a JSON text stands, in document order: the whole of the parse, without a tree of objects.
/// Strict RFC 8259 over valid UTF-8; nesting is bounded, and the reader does not recurse.
/// </summary>
internal sealed class JsonTape : IDisposable
{
    // Deep enough for any honest extension (the deepest official example has 22 levels), shallow enough for recursion over it.
    public const int DefaultDepth = 256;

    private TapeNode[] nodes;

    private bool isOwn;

    private JsonTape(TapeNode[] nodes) => this.nodes = nodes;

    public int Count { get; private set; }

    public ref readonly TapeNode this[int index] => ref nodes[index];

    public ReadOnlySpan<TapeNode> Nodes => nodes.AsSpan(0, Count);

    /// <summary>Reads a text that has no byte order mark; null and the fault where it is not JSON.</summary>
    public static JsonTape? TryRead(ReadOnlySpan<byte> utf8, out JsonFault fault, int maxDepth = DefaultDepth)
    {
        if (!Utf8.IsValid(utf8))
        {
            fault = new(FirstInvalid(utf8), "Invalid UTF-8");
            return null;
        }

        var tape = new JsonTape(ArrayPool<TapeNode>.Shared.Rent(1024));
        var scanner = new JsonScanner(utf8, tape.nodes, maxDepth);
        var isJson = scanner.Run();
        tape.nodes = scanner.Nodes;
        tape.Count = scanner.Count;
        fault = scanner.Fault;
        if (isJson)
        {
            return tape;
        }

        tape.Dispose();
        return null;
    }

    /// <summary>The property with this name of an object node, or -1.</summary>
    public int Find(ReadOnlySpan<byte> utf8, int parent, ReadOnlySpan<byte> name)
    {
        var end = nodes[parent].Next;
        for (var child = parent + 1; child < end; child = nodes[child].Next)
        {
            ref var node = ref nodes[child];
            if (node.NameLength == name.Length && utf8.Slice(node.NameStart, name.Length).SequenceEqual(name))
            {
                return child;
            }
        }

        return -1;
    }

    /// <summary>
    /// A new tape that holds this one and, behind it, another whose bytes start at an offset. Both others stay as they are.
    /// </summary>
    public JsonTape Join(JsonTape other, int offset)
    {
        var joined = new JsonTape(new TapeNode[Count + other.Count]) { Count = Count + other.Count, isOwn = true };
        Nodes.CopyTo(joined.nodes);
        for (var i = 0; i < other.Count; i++)
        {
            var node = other.nodes[i];
            node.NameStart += node.NameStart < 0 ? 0 : offset;
            node.Start += offset;
            node.End += offset;
            node.Next += Count;
            joined.nodes[Count + i] = node;
        }

        return joined;
    }

    public void Dispose()
    {
        var rented = nodes;
        nodes = [];
        Count = 0;
        if (rented.Length > 0 && !isOwn)
        {
            ArrayPool<TapeNode>.Shared.Return(rented);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var position = 0;
        while (System.Text.Rune.DecodeFromUtf8(utf8[position..], out _, out var consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return position;
    }
}
