using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Server.Guard.Trail;

/// <summary>
/// Rows of the trail under ids of AuditEvents: the row's place, enciphered. A number would tell a reader how much happened that is not
/// his to see, and an id of its own would be one more column that somebody could change.
/// </summary>
internal sealed class AuditEventIds(Secrets secrets)
{
    private readonly byte[] key = HMACSHA256.HashData(secrets.Key.Span, Encoding.UTF8.GetBytes("AuditEvent.id"));

    /// <summary>32 hexadecimal digits.</summary>
    public string Of(long chain, long sequence)
    {
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(place, chain);
        BinaryPrimitives.WriteInt64BigEndian(place[8..], sequence);

        // One block, and no two are alike: there is nothing that a mode could hide.
        using var cipher = Cipher();
        return Convert.ToHexStringLower(cipher.EncryptEcb(place, PaddingMode.None));
    }

    /// <summary>The place that an id was made of; null for what was never one.</summary>
    public (long Chain, long Sequence)? Read(string id)
    {
        if (id.Length != 32 || !id.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        using var cipher = Cipher();
        var place = cipher.DecryptEcb(Convert.FromHexString(id), PaddingMode.None);
        return (BinaryPrimitives.ReadInt64BigEndian(place), BinaryPrimitives.ReadInt64BigEndian(place.AsSpan(8)));
    }

    private Aes Cipher()
    {
        var cipher = Aes.Create();
        cipher.Key = key;
        return cipher;
    }
}
