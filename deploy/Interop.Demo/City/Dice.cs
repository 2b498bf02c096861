using System.Text;

namespace Interop.Demo.City;

/// <summary>
/// A stream of chance that is the same on every machine and in every version of .NET (SplitMix64, Steele et al. 2014), which
/// System.Random does not promise. Each name opens an own stream, so that one person more changes nobody else.
/// </summary>
internal sealed class Dice(int seed, string name)
{
    private ulong state = Start(seed, name);

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public int Between(int lowest, int highest) => lowest + Below(highest - lowest + 1);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public T Weighted<T>(IReadOnlyList<(T Item, int Weight)> items)
    {
        var left = Below(items.Sum(item => item.Weight));
        foreach (var (item, weight) in items)
        {
            left -= weight;
            if (left < 0)
            {
                return item;
            }
        }

        return items[^1].Item;
    }

    /// <summary>A UUID of version 4.</summary>
    public string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    private static ulong Start(int seed, string name)
    {
        var start = Mix(unchecked((uint)seed) + 0x632BE59BD9B4E019UL);
        foreach (var part in Encoding.UTF8.GetBytes(name))
        {
            start = Mix(start ^ part);
        }

        return start;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
