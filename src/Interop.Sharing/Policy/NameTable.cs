using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Interop.Sharing.Policy;

/// <summary>A read-only map from UTF-8 names: open addressing over a hash of length, head and tail.</summary>
internal sealed class NameTable<T>
    where T : class
{
    private readonly (byte[] Name, T Value)[] slots;
    private readonly int mask;

    public NameTable(IReadOnlyCollection<KeyValuePair<string, T>> items)
    {
        slots = new (byte[], T)[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, items.Count * 3))];
        mask = slots.Length - 1;
        foreach (var (name, value) in items)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var slot = (int)(ByteHash.Of(bytes) >> 33) & mask;
            while (slots[slot].Name is not null)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot] = (bytes, value);
        }
    }

    public T? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = (int)(ByteHash.Of(name) >> 33) & mask; ; slot = (slot + 1) & mask)
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
}

/// <summary>A quick 64-bit hash of bytes: same input, same output, on every machine.</summary>
internal static class ByteHash
{
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        var hash = seed ^ ((ulong)bytes.Length * 0x9E3779B97F4A7C15);
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0ul;
        for (var index = 0; index < bytes.Length; index++)
        {
            rest |= (ulong)bytes[index] << (8 * index);
        }

        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value = BitOperations.RotateLeft(value, 31);
        return value * 0xC2B2AE3D27D4EB4F;
    }
}
