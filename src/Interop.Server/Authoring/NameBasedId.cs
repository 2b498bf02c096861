using System.Security.Cryptography;
using System.Text;

namespace Interop.Server.Authoring;

/// <summary>
/// Ids that follow from a name, so that doing a thing twice stores it once. Keyed, because an id that anyone could compute
/// from an incident number would tell who asked whether there was an incident.
/// </summary>
public static class NameBasedId
{
    /// <summary>HMAC-SHA256 of the name, its first 128 bits as a UUID of version 8 (RFC 9562 section 5.8).</summary>
    public static string Of(ReadOnlySpan<byte> secret, string name)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }
}
