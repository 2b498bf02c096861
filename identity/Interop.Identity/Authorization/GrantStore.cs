using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;

namespace Interop.Identity.Authorization;

/// <summary>
/// Grants, codes and refresh tokens. Single use is one UPDATE that finds the row unused or not, so of two redemptions at two
/// instances one wins.
/// </summary>
internal sealed class GrantStore(IdentityDatabase database, FollowerStore followers, TimeProvider clock)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GrantLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan RefreshLife = TimeSpan.FromDays(14);

    private long Now => clock.GetUtcNow().ToMicroseconds();

    public async Task StartAsync(AuthorizationGrant grant, AuthorizationCode code, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        const string sql = """
            INSERT INTO authorization_grant
                (grant_id, client_id, account_id, session_id, scopes, purposes, jkt, is_offline, patient, encounter,
                 needs_banner, created_at, expires_at)
            VALUES (@GrantId, @ClientId, @AccountId, @SessionId, @Scopes, @Purposes, @Jkt, @IsOffline, @Patient, @Encounter,
                    @NeedsBanner, @now, @expires);
            INSERT INTO authorization_code (hash, grant_id, redirect_uri, challenge, nonce, jkt, expires_at)
            VALUES (@hash, @GrantId, @redirect, @challenge, @nonce, @codeJkt, @codeExpires)
            """;
        await database.ExecuteAsync(
            sql,
            new
            {
                grant.GrantId,
                grant.ClientId,
                grant.AccountId,
                grant.SessionId,
                grant.Scopes,
                grant.Purposes,
                grant.Jkt,
                grant.IsOffline,
                grant.Patient,
                grant.Encounter,
                grant.NeedsBanner,
                now = now.ToMicroseconds(),
                expires = (now + GrantLife).ToMicroseconds(),
                hash = code.Hash,
                redirect = code.RedirectUri,
                challenge = code.Challenge,
                nonce = code.Nonce,
                codeJkt = code.Jkt,
                codeExpires = (now + CodeLife).ToMicroseconds(),
            },
            cancellationToken);
    }

    public Task<AuthorizationCode?> FindCodeAsync(string hash, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT c.hash AS Hash, c.grant_id AS GrantId, g.client_id AS ClientId, c.redirect_uri AS RedirectUri, c.challenge AS Challenge,
                   c.nonce AS Nonce, c.jkt AS Jkt, c.expires_at AS ExpiresAt
            FROM   authorization_code c
            JOIN   authorization_grant g ON g.grant_id = c.grant_id
            WHERE  c.hash = @hash
            """;
        return database.FindAsync<AuthorizationCode>(sql, new { hash }, cancellationToken);
    }

    /// <summary>False when the code was used before.</summary>
    public async Task<bool> TryUseCodeAsync(string hash, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE authorization_code SET used_at = @Now WHERE hash = @hash AND used_at IS NULL",
            new { hash, Now },
            cancellationToken) == 1;

    public Task BindToKeyAsync(string grantId, string jkt, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE authorization_grant SET jkt = @jkt WHERE grant_id = @grantId", new { grantId, jkt }, cancellationToken);

    /// <summary>
    /// The grant while it holds: neither it nor its client revoked, its account enabled, and its session going on unless it is offline.
    /// </summary>
    public Task<AuthorizationGrant?> FindActiveAsync(string grantId, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT g.grant_id AS GrantId, g.client_id AS ClientId, g.account_id AS AccountId, g.session_id AS SessionId, g.scopes AS Scopes,
                   g.purposes AS Purposes, g.jkt AS Jkt, g.is_offline AS IsOffline, g.patient AS Patient, g.encounter AS Encounter,
                   g.needs_banner AS NeedsBanner
            FROM   authorization_grant g
            JOIN   client c ON c.client_id = g.client_id
            JOIN   account a ON a.account_id = g.account_id
            JOIN   session s ON s.session_id = g.session_id
            WHERE  g.grant_id = @grantId AND g.revoked_at IS NULL AND g.expires_at > @Now
            AND    c.revoked_at IS NULL AND a.disabled_at IS NULL
            AND    (g.is_offline = 1 OR (s.ended_at IS NULL AND s.expires_at > @Now))
            """;
        return database.FindAsync<AuthorizationGrant>(sql, new { grantId, Now }, cancellationToken);
    }

    /// <summary>Ends the grant, at the APIs too. False when it had ended.</summary>
    public async Task<bool> RevokeAsync(string grantId, CancellationToken cancellationToken)
    {
        const string sql = "UPDATE authorization_grant SET revoked_at = @Now WHERE grant_id = @grantId AND revoked_at IS NULL";
        var ended = await database.ExecuteAsync(sql, new { grantId, Now }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
        return ended == 1;
    }

    public Task AddRefreshTokenAsync(string hash, string grantId, CancellationToken cancellationToken) => database.ExecuteAsync(
        "INSERT INTO refresh_token (hash, grant_id, expires_at) VALUES (@hash, @grantId, @expires)",
        new { hash, grantId, expires = (clock.GetUtcNow() + RefreshLife).ToMicroseconds() },
        cancellationToken);

    public Task<RefreshToken?> FindRefreshTokenAsync(string hash, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT r.hash AS Hash, r.grant_id AS GrantId, g.client_id AS ClientId, r.expires_at AS ExpiresAt, r.used_at AS UsedAt
            FROM   refresh_token r
            JOIN   authorization_grant g ON g.grant_id = r.grant_id
            WHERE  r.hash = @hash
            """;
        return database.FindAsync<RefreshToken>(sql, new { hash }, cancellationToken);
    }

    /// <summary>False when the token was used before.</summary>
    public async Task<bool> TryUseRefreshTokenAsync(string hash, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE refresh_token SET used_at = @Now WHERE hash = @hash AND used_at IS NULL", new { hash, Now }, cancellationToken) == 1;

    /// <summary>Ends one access token, at the APIs too.</summary>
    public async Task RevokeTokenAsync(string jti, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        const string sql = "INSERT INTO revoked_token (jti, expires_at) VALUES (@jti, @expires) ON CONFLICT DO NOTHING";
        await database.ExecuteAsync(sql, new { jti, expires = expires.ToMicroseconds() }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
    }

    public async Task<bool> IsTokenRevokedAsync(string jti, CancellationToken cancellationToken) =>
        (await database.ListAsync<string>("SELECT jti FROM revoked_token WHERE jti = @jti", new { jti }, cancellationToken)).Count > 0;
}
