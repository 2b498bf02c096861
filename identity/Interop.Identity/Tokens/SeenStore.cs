using System.Security.Cryptography;
using System.Text;
using Interop.Identity.Database;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tokens;

/// <summary>Refuses the second use of a <c>jti</c>, whichever instance saw the first.</summary>
internal sealed class SeenStore(IdentityDatabase database, TimeProvider clock)
{
    private long nextPurge;

    /// <param name="source">Whose <c>jti</c> it is: they are unique per client or proof key only.</param>
    /// <returns>False when it was seen before.</returns>
    public async Task<bool> TryAddAsync(string source, string jti, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToMicroseconds();
        if (now > Interlocked.Read(ref nextPurge))
        {
            Interlocked.Exchange(ref nextPurge, now + 60_000_000);
            const string purge = """
                DELETE FROM seen WHERE expires_at < @now;
                DELETE FROM revocation WHERE at < @dayAgo AND what NOT LIKE 'client:%' AND what NOT LIKE 'key:%';
                DELETE FROM revoked_token WHERE expires_at < @now;
                DELETE FROM allowance WHERE full_at < @now;
                DELETE FROM authorization_code WHERE expires_at < @dayAgo;
                DELETE FROM refresh_token WHERE expires_at < @dayAgo;
                """;
            await database.ExecuteAsync(purge, new { now, dayAgo = now - 86_400_000_000 }, cancellationToken);
        }

        const string sql = """
            INSERT INTO seen (source, jti, expires_at)
            VALUES (@source, @jti, @expires)
            ON CONFLICT DO NOTHING
            """;
        return await database.ExecuteAsync(
            sql, new { source, jti = Fingerprint(jti), expires = expires.ToMicroseconds() }, cancellationToken) == 1;
    }

    /// <summary>A jti may be any text, even such that a database does not take; what two share is refused, never let through.</summary>
    private static string Fingerprint(string jti) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(jti)));
}
