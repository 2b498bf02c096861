using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;

namespace Interop.Sharing.Limited;

/// <summary>
/// For whom a limited data set is made, and when. Pseudonyms and shifts follow from the key: they are the same for one evaluator each
/// time, and of two evaluators nobody can tell which pseudonyms are one person's.
/// </summary>
/// <param name="key">Secret, and of this evaluator alone; at least 32 bytes.</param>
/// <param name="shifts">
/// Secret, and of the evaluator's agency: who has many accounts there must not draw many shifts of one person, the least of which tells.
/// </param>
/// <param name="instant">UTC microseconds.</param>
public sealed class Evaluator(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> shifts, long instant)
{
    /// <summary>The year in which it is asked, in UTC.</summary>
    public int Year { get; } = DateTimeOffset.UnixEpoch.AddTicks(instant * 10).Year;

    /// <summary>The id under which a resource is told: 128 bits in 32 digits.</summary>
    public string PseudonymOf(ResourceKey resource) => Convert.ToHexStringLower(Hash(key, $"id {resource}").AsSpan(0, 16));

    /// <summary>
    /// By how many weeks the dates of what belongs together go back: from 1 to the most. Never forward: a date that is still to come
    /// would tell by how much.
    /// </summary>
    /// <param name="whole">The Patient; or the resource itself, where it is about nobody.</param>
    internal int WeeksOf(ResourceKey whole, int most) =>
        1 + (int)(BinaryPrimitives.ReadUInt64BigEndian(Hash(shifts, $"weeks {whole}")) % (ulong)most);

    private static byte[] Hash(ReadOnlyMemory<byte> key, string text) => HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes(text));
}
