using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Guard;

/// <summary>Hashes of what an issuer has ended lately: tokens, grants and clients whose tokens are no longer taken, remembered or not.</summary>
internal sealed class Revocations(TimeProvider clock)
{
    /// <summary>Longer than any access token that can still be about; after it the token's own expiry refuses.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> revoked = new(StringComparer.Ordinal);

    /// <summary>The hashes under which a token can be ended.</summary>
    public static string[] Marks(string? id, string? grant, string client) =>
        grant is null
            ? [Hash("jti:" + id), Hash("client:" + client)]
            : [Hash("jti:" + id), Hash("client:" + client), Hash("grant:" + grant)];

    public bool Has(string[] marks) => !revoked.IsEmpty && Array.Exists(marks, revoked.ContainsKey);

    public void Add(IEnumerable<string> hashes)
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
            revoked[hash] = now + Kept;
        }
    }

    private static string Hash(string what) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(what)));
}
