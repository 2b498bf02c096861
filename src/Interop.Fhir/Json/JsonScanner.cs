using System.Buffers;
using System.Runtime.CompilerServices;

namespace Interop.Fhir.Json;

/// <summary>
/// The state of one scan of a JSON text into tape nodes. An explicit stack of open containers; no recursion, no exception.
/// </summary>
internal ref partial struct JsonScanner(ReadOnlySpan<byte> utf8, TapeNode[] nodes, int maxDepth)
{
    // Everything at which a string stops being plain: its end, an escape, and what JSON forbids inside.
    private static readonly SearchValues<byte> StringBreaks =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    // 240 MB of tape: no honest resource comes near it (the largest official example has 1.4 million values).
    private const int MostValues = 10_000_000;

    private readonly ReadOnlySpan<byte> utf8 = utf8;
    private int position;
    private int nameStart = -1;
    private int nameLength;
    private TapeFlags nameFlags;

    public TapeNode[] Nodes { get; private set; } = nodes;

    public int Count { get; private set; }

    public JsonFault Fault { get; private set; }

    public bool Run()
    {
        var open = new int[Math.Min(maxDepth, 32)];
        var depth = 0;
        while (true)
        {
            // A value is expected here.
            SkipSpace();
            if (position >= utf8.Length)
            {
                return Fail("The text ends where a value is expected");
            }

            if (Count == MostValues)
            {
                return Fail($"More than {MostValues} values");
            }

            var first = utf8[position];
            if (first is (byte)'{' or (byte)'[')
            {
                if (depth == maxDepth)
                {
                    return Fail($"Nested deeper than {maxDepth} levels");
                }

                if (depth == open.Length)
                {
                    Array.Resize(ref open, Math.Min(maxDepth, depth * 2));
                }

                open[depth++] = Add(first == (byte)'{' ? TapeKind.Object : TapeKind.Array, position, position + 1, TapeFlags.None);
                position++;
                SkipSpace();
                if (position < utf8.Length && utf8[position] == (first == (byte)'{' ? (byte)'}' : (byte)']'))
                {
                    position++;
                    Close(open[--depth]);
                }
                else if (first == (byte)'[')
                {
                    nameStart = -1;
                    continue;
                }
                else if (Name())
                {
                    continue;
                }
                else
                {
                    return false;
                }
            }
            else if (!Scalar(first))
            {
                return false;
            }

            // A value has ended: close containers until one goes on.
            while (true)
            {
                SkipSpace();
                if (depth == 0)
                {
                    return position == utf8.Length || Fail("Something follows the end of the JSON value");
                }

                var parent = open[depth - 1];
                var isObject = Nodes[parent].Kind == TapeKind.Object;
                var next = position < utf8.Length ? utf8[position] : (byte)0;
                if (next == (byte)',')
                {
                    position++;
                    if (!isObject)
                    {
                        nameStart = -1;
                        break;
                    }

                    SkipSpace();
                    if (!Name())
                    {
                        return false;
                    }

                    break;
                }

                if (next != (isObject ? (byte)'}' : (byte)']'))
                {
                    return Fail(
                        position < utf8.Length ? "A comma or the closing bracket is expected" : "The text ends inside an object or array");
                }

                position++;
                Close(parent);
                depth--;
            }
        }
    }

    private bool Fail(string rule)
    {
        Fault = new(position, rule);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while (position < utf8.Length && utf8[position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            position++;
        }
    }

    private int Add(TapeKind kind, int start, int end, TapeFlags flags)
    {
        if (Count == Nodes.Length)
        {
            Grow();
        }

        ref var node = ref Nodes[Count];
        node.NameStart = nameStart;
        node.NameLength = nameStart < 0 ? 0 : nameLength;
        node.Start = start;
        node.End = end;
        node.Next = Count + 1;
        node.Kind = kind;
        node.Flags = nameStart < 0 ? flags : flags | nameFlags;
        return Count++;
    }

    private void Grow()
    {
        var larger = ArrayPool<TapeNode>.Shared.Rent(Nodes.Length * 2);
        Nodes.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<TapeNode>.Shared.Return(Nodes);
        Nodes = larger;
    }

    private void Close(int node)
    {
        Nodes[node].End = position;
        Nodes[node].Next = Count;
    }
}
