using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Security;

/// <summary>
/// Hashes of what an issuer has ended lately: tokens, grants, clients and keys whose tokens are no longer taken, remembered or not.
/// </summary>
internal sealed class Revocations(TimeProvider clock)
{
    /// <summary>Longer than any access token that can still be about; after it the token's own expiry refuses.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock adding = new();

    // Every request asks it and next to none adds to it: it is made anew, and asked without a lock.
    private volatile FrozenDictionary<string, DateTimeOffset> revoked = FrozenDictionary<string, DateTimeOffset>.Empty;

    /// <summary>The marks under which a token can be ended, by its own issuer alone: another may have a client of the same name.</summary>
    /// <param name="key">Id of the key that its signature was checked with, whatever the token says.</param>
    public static string[] Marks(string issuer, string? id, string? grant, string client, string? key) =>
    [
        Mark(issuer, Hash("client:" + client)),
        Mark(issuer, Hash("key:" + key)),
        .. string.IsNullOrEmpty(id) ? Array.Empty<string>() : [Mark(issuer, Hash("jti:" + id))],
        .. grant is null ? Array.Empty<string>() : [Mark(issuer, Hash("grant:" + grant))],
    ];

    /// <summary>Whether the client, or the key behind the token that it had, was ended lately.</summary>
    public bool HasEnded(Caller caller) =>
        revoked.Count > 0 && caller.Issuer is { } issuer && Has(Marks(issuer, null, null, caller.ClientId, caller.SigningKey));

    public bool Has(string[] marks) => Array.Exists(marks, revoked.ContainsKey);

    public void Add(string issuer, IEnumerable<string> hashes)
    {
        var now = clock.GetUtcNow();
        lock (adding)
        {
            revoked = revoked.Where(known => known.Value >= now)
                .Concat(hashes.Select(hash => KeyValuePair.Create(Mark(issuer, hash), now + Kept)))
                .GroupBy(known => known.Key)
                .ToFrozenDictionary(same => same.Key, same => same.Max(known => known.Value), StringComparer.Ordinal);
        }
    }

    private static string Mark(string issuer, string hash) => $"{issuer} {hash}";

    private static string Hash(string what) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(what)));
}
