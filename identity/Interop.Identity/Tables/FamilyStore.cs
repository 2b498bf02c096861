namespace Interop.Identity.Tables;

/// <summary>
/// Families, codes and refresh tokens. Single use is one UPDATE that finds the row unused or not, so of two redemptions at two
/// instances one wins.
/// </summary>
internal sealed class FamilyStore(IdentityDatabase database, FollowerStore followers, TimeProvider clock)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FamilyLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan RefreshLife = TimeSpan.FromDays(14);

    private long Now => clock.GetUtcNow().ToMicroseconds();

    public async Task StartAsync(Family family, AuthorizationCode code, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        const string sql = """
            INSERT INTO family (family_id, client_id, account_id, session_id, scopes, purposes, jkt, is_offline, patient, encounter,
                                needs_banner, created_at, expires_at)
            VALUES (@FamilyId, @ClientId, @AccountId, @SessionId, @Scopes, @Purposes, @Jkt, @IsOffline, @Patient, @Encounter,
                    @NeedsBanner, @now, @expires);
            INSERT INTO authorization_code (hash, family_id, redirect_uri, challenge, nonce, jkt, expires_at)
            VALUES (@hash, @FamilyId, @redirect, @challenge, @nonce, @codeJkt, @codeExpires)
            """;
        await database.ExecuteAsync(
            sql,
            new
            {
                family.FamilyId,
                family.ClientId,
                family.AccountId,
                family.SessionId,
                family.Scopes,
                family.Purposes,
                family.Jkt,
                family.IsOffline,
                family.Patient,
                family.Encounter,
                family.NeedsBanner,
                now = now.ToMicroseconds(),
                expires = (now + FamilyLife).ToMicroseconds(),
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
            SELECT c.hash AS Hash, c.family_id AS FamilyId, f.client_id AS ClientId, c.redirect_uri AS RedirectUri, c.challenge AS Challenge,
                   c.nonce AS Nonce, c.jkt AS Jkt, c.expires_at AS ExpiresAt
            FROM   authorization_code c
            JOIN   family f ON f.family_id = c.family_id
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

    public Task BindToKeyAsync(string familyId, string jkt, CancellationToken cancellationToken) =>
        database.ExecuteAsync("UPDATE family SET jkt = @jkt WHERE family_id = @familyId", new { familyId, jkt }, cancellationToken);

    /// <summary>
    /// The family while it holds: neither it nor its client revoked, its account enabled, and its session going on unless it is offline.
    /// </summary>
    public Task<Family?> FindActiveAsync(string familyId, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT f.family_id AS FamilyId, f.client_id AS ClientId, f.account_id AS AccountId, f.session_id AS SessionId, f.scopes AS Scopes,
                   f.purposes AS Purposes, f.jkt AS Jkt, f.is_offline AS IsOffline, f.patient AS Patient, f.encounter AS Encounter,
                   f.needs_banner AS NeedsBanner
            FROM   family f
            JOIN   client c ON c.client_id = f.client_id
            JOIN   account a ON a.account_id = f.account_id
            JOIN   session s ON s.session_id = f.session_id
            WHERE  f.family_id = @familyId AND f.revoked_at IS NULL AND f.expires_at > @Now
            AND    c.revoked_at IS NULL AND a.disabled_at IS NULL
            AND    (f.is_offline = 1 OR (s.ended_at IS NULL AND s.expires_at > @Now))
            """;
        return database.FindAsync<Family>(sql, new { familyId, Now }, cancellationToken);
    }

    /// <summary>Ends the family, at the APIs too. False when it had ended.</summary>
    public async Task<bool> RevokeAsync(string familyId, CancellationToken cancellationToken)
    {
        const string sql = "UPDATE family SET revoked_at = @Now WHERE family_id = @familyId AND revoked_at IS NULL";
        var ended = await database.ExecuteAsync(sql, new { familyId, Now }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
        return ended == 1;
    }

    public Task AddRefreshTokenAsync(string hash, string familyId, CancellationToken cancellationToken) => database.ExecuteAsync(
        "INSERT INTO refresh_token (hash, family_id, expires_at) VALUES (@hash, @familyId, @expires)",
        new { hash, familyId, expires = (clock.GetUtcNow() + RefreshLife).ToMicroseconds() },
        cancellationToken);

    public Task<RefreshToken?> FindRefreshTokenAsync(string hash, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT r.hash AS Hash, r.family_id AS FamilyId, f.client_id AS ClientId, r.expires_at AS ExpiresAt, r.used_at AS UsedAt
            FROM   refresh_token r
            JOIN   family f ON f.family_id = r.family_id
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
