using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Storage.Search;

/// <summary>
/// The number that stands for a search parameter of a type in the index tables: 48 bits of a hash of its name, so that no table of
/// names is needed and every server knows the same number. Two of 2,000 names share one with a probability of 1 in 10^8.
/// </summary>
internal static class ParameterNumber
{
    private static readonly ConcurrentDictionary<(string Type, string Code), long> Known = new();

    public static long Of(string type, string code) => Known.GetOrAdd((type, code), static name =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{name.Type}.{name.Code}"))) >>> 16);
}
