using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Interop.Identity.Accounts;

/// <summary>Time-based one-time passwords, RFC 6238: SHA-1, six digits, steps of 30 seconds.</summary>
internal static class Totp
{
    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(20);

    public static string Code(byte[] secret, DateTimeOffset instant) => CodeOf(secret, StepOf(instant));

    /// <summary>The step that the code is of, now or one before or after; null when it is of none.</summary>
    public static long? Match(byte[] secret, string code, DateTimeOffset now)
    {
        var digits = code.Replace(" ", string.Empty, StringComparison.Ordinal);
        long? found = null;
        for (var step = StepOf(now) - 1; step <= StepOf(now) + 1; step++)
        {
            if (Tokens.Secret.AreEqual(CodeOf(secret, step), digits))
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>What an authenticator app reads: https://github.com/google/google-authenticator/wiki/Key-Uri-Format</summary>
    public static string Uri(byte[] secret, string userName) =>
        $"otpauth://totp/Interop:{System.Uri.EscapeDataString(userName)}?secret={Base32(secret)}&issuer=Interop";

    /// <summary>RFC 4648 section 6, without padding.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = ((buffer << 8) | value) & 0xFFFF;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(buffer >> bits) & 31]);
            }
        }

        return bits > 0 ? text.Append(Alphabet[(buffer << (5 - bits)) & 31]).ToString() : text.ToString();
    }

    private static long StepOf(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / StepSeconds;

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238's default, and the only one that all authenticator apps have.")]
    private static string CodeOf(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 15)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
