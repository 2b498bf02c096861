using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<string, DateTimeOffset> revoked = new(StringComparer.Ordinal);

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
        !revoked.IsEmpty && caller.Issuer is { } issuer && Has(Marks(issuer, null, null, caller.ClientId, caller.SigningKey));

    public bool Has(string[] marks) => !revoked.IsEmpty && Array.Exists(marks, revoked.ContainsKey);

    public void Add(string issuer, IEnumerable<string> hashes)
    {
        var now = clock.GetUtcNow();
        foreach (var (hash, until) in revoked)
        {
            if (until < now)
            {
                revoked.TryRemove(hash, out _);
            }
        }

        foreach (var hash in hashes)
        {
            revoked[Mark(issuer, hash)] = now + Kept;
        }
    }

    private static string Mark(string issuer, string hash) => $"{issuer} {hash}";

    private static string Hash(string what) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(what)));
}
