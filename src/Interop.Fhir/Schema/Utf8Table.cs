using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Interop.Fhir.Schema;

/// <summary>A read-only map from UTF-8 names to values: open addressing over a hash of length, head and tail.</summary>
internal sealed class Utf8Table<T>
    where T : class
{
    private readonly (byte[] Name, T Value)[] slots;
    private readonly int mask;

    public Utf8Table(IReadOnlyCollection<KeyValuePair<string, T>> items)
    {
        slots = new (byte[], T)[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, items.Count * 3))];
        mask = slots.Length - 1;
        foreach (var (name, value) in items)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var slot = Hash(bytes) & mask;
            while (slots[slot].Name is not null)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot] = (bytes, value);
        }
    }

    public T? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(name) & mask; ; slot = (slot + 1) & mask)
        {
            ref var candidate = ref slots[slot];
            if (candidate.Name is null)
            {
                return null;
            }

            if (name.SequenceEqual(candidate.Name))
            {
                return candidate.Value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(ReadOnlySpan<byte> name)
    {
        ulong head;
        ulong tail;
        if (name.Length >= 8)
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
        }
        else if (name.Length >= 4)
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]);
        }
        else
        {
            head = name.Length > 0 ? name[0] | ((ulong)name[name.Length / 2] << 8) : 0;
            tail = name.Length > 0 ? name[^1] : 0ul;
        }

        var mixed = (head ^ BitOperations.RotateLeft(tail, 29) ^ (ulong)name.Length) * 0x9E3779B97F4A7C15;
        return (int)(mixed >> 33);
    }
}
