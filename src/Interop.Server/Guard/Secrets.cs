using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>
/// The server's one secret: it signs page links, makes name-based ids, and gives the keys of pseudonyms. Configured, or made once and kept
/// in the database, so that all servers on one database agree.
/// </summary>
internal sealed class Secrets
{
    private const string SettingName = "secret";
    private const int TagLength = 16;

    private Secrets(byte[] key) => Key = key;

    /// <summary>At least 32 bytes.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    public static async Task<Secrets> OpenAsync(ResourceStore store, InteropSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Secret is { } configured)
        {
            return new(SHA256.HashData(Encoding.UTF8.GetBytes(configured)));
        }

        var fresh = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var kept = await store.WriteAsync(
            session =>
            {
                if (session.Rows.Setting(SettingName) is { } known)
                {
                    return known;
                }

                session.SetSetting(SettingName, fresh);
                return fresh;
            },
            cancellationToken);
        return new(Convert.FromBase64String(kept));
    }

    /// <summary>A key for one use, of 32 bytes: none leads back to the secret, or to the key of another use (RFC 5869).</summary>
    /// <param name="of">For whom.</param>
    public byte[] KeyFor(string use, params string[] of) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Key.ToArray(), 32, salt: null, JsonSerializer.SerializeToUtf8Bytes<string[]>([use, .. of]));

    /// <summary>
    /// A page link's token: the cursor and a MAC that binds it to the caller and the search. The same input gives the same token.
    /// </summary>
    public string Sign(Caller caller, string query, string cursor)
    {
        var text = Encoding.UTF8.GetBytes(cursor);
        return Base64Url.EncodeToString([.. Tag(caller, query, text), .. text]);
    }

    /// <summary>The cursor, or null for anything that this caller was not given for this search.</summary>
    public string? Open(Caller caller, string query, string token)
    {
        if (!Base64Url.IsValid(token))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > TagLength
            && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, TagLength), Tag(caller, query, bytes.AsSpan(TagLength)))
            ? Encoding.UTF8.GetString(bytes.AsSpan(TagLength))
            : null;
    }

    private byte[] Tag(Caller caller, string query, ReadOnlySpan<byte> cursor)
    {
        // As JSON, so that no part can be written to look like the end of one and the beginning of the next.
        var bound = JsonSerializer.SerializeToUtf8Bytes<string[]>([caller.Organization, caller.ClientId, caller.Subject, query]);
        return HMACSHA256.HashData(Key.Span, [.. bound, .. cursor])[..TagLength];
    }
}
