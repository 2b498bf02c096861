using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;
using Interop.Identity.Tokens;

namespace Interop.Identity.Clients;

/// <summary>Registered clients. A revoked one stays, so that what it did can still be told.</summary>
internal sealed class ClientStore(IdentityDatabase database, FollowerStore followers, TimeProvider clock)
{
    private const string Columns = """
        client_id AS ClientId, name AS Name, organization AS Organization, grants AS Grants, scopes AS Scopes, purposes AS Purposes,
        roles AS Roles, redirect_uris AS RedirectUris, jwks AS Jwks, jwks_uri AS JwksUri, requires_dpop AS RequiresDpop,
        is_sandbox AS IsSandbox, revoked_at AS RevokedAt
        """;

    public async Task<Client?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        (
            await database.FindAsync<Row>(
                $"SELECT {Columns} FROM client WHERE client_id = @clientId", new { clientId }, cancellationToken))?.ToClient();

    /// <summary>The client if it is registered and not revoked.</summary>
    public async Task<Client?> FindActiveAsync(string? clientId, CancellationToken cancellationToken) =>
        clientId is null || !ClientRules.IsClientId(clientId)
            || await FindAsync(clientId, cancellationToken) is not { IsRevoked: false } client ? null : client;

    /// <summary>Whether an active public client has a redirect URI on the origin: what runs in browsers has no keys.</summary>
    public async Task<bool> HasOriginAsync(string origin, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT redirect_uris
            FROM   client
            WHERE  revoked_at IS NULL AND jwks IS NULL AND jwks_uri IS NULL AND LOWER(redirect_uris) LIKE @pattern
            """;
        var found = await database.ListAsync<string>(sql, new { pattern = $"%{origin}%" }, cancellationToken);
        return found.SelectMany(SpaceDelimited.Split).Any(redirect => OriginOf(redirect) == origin);
    }

    public async Task<IReadOnlyList<Client>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await database.ListAsync<Row>($"SELECT {Columns} FROM client ORDER BY client_id", new { }, cancellationToken)).Select(
            row => row.ToClient())];

    /// <exception cref="SettingsException">The registration contradicts itself, or the id is taken.</exception>
    public async Task AddAsync(Client client, CancellationToken cancellationToken)
    {
        ClientRules.Check(client);

        // A client under the id of an account would have tokens with that person's sub (RFC 9700 section 4.15).
        const string sql = """
            INSERT INTO client (client_id, name, organization, grants, scopes, purposes, roles, redirect_uris, jwks, jwks_uri,
                                requires_dpop, is_sandbox, created_at)
            SELECT @ClientId, @Name, @Organization, @Grants, @Scopes, @Purposes, @Roles, @RedirectUris, @Jwks, @JwksUri,
                   @RequiresDpop, @IsSandbox, @CreatedAt
            WHERE  NOT EXISTS (SELECT 1 FROM account WHERE account_id = @ClientId)
            ON CONFLICT DO NOTHING
            """;
        var added = await database.ExecuteAsync(
            sql,
            new
            {
                client.ClientId,
                client.Name,
                client.Organization,
                Grants = SpaceDelimited.Join(client.Grants),
                Scopes = SpaceDelimited.Join(client.Scopes),
                Purposes = SpaceDelimited.Join(client.Purposes),
                Roles = SpaceDelimited.Join(client.Roles),
                RedirectUris = SpaceDelimited.Join(client.RedirectUris),
                client.Jwks,
                client.JwksUri,
                RequiresDpop = client.RequiresDpop ? 1 : 0,
                IsSandbox = client.IsSandbox ? 1 : 0,
                CreatedAt = clock.GetUtcNow().ToMicroseconds(),
            },
            cancellationToken);
        if (added == 0)
        {
            throw new SettingsException($"The client id {client.ClientId} is taken.");
        }
    }

    /// <summary>Puts other keys in the place of the client's. False if there is no such active client.</summary>
    /// <exception cref="SettingsException">The keys are none that a client can have.</exception>
    public async Task<bool> SetKeysAsync(Client client, string? jwks, string? jwksUri, CancellationToken cancellationToken)
    {
        ClientRules.Check(client with { Jwks = jwks, JwksUri = jwksUri });
        return await database.ExecuteAsync(
            "UPDATE client SET jwks = @jwks, jwks_uri = @jwksUri WHERE client_id = @ClientId AND revoked_at IS NULL",
            new { client.ClientId, jwks, jwksUri },
            cancellationToken) == 1;
    }

    /// <summary>
    /// Lets the client out of the sandbox, without what persons allowed it there: that was about invented patients. False if there is no
    /// such active client in it.
    /// </summary>
    public async Task<bool> SetLiveAsync(string clientId, CancellationToken cancellationToken)
    {
        const string inSandbox = "EXISTS (SELECT 1 FROM client WHERE client_id = @clientId AND is_sandbox = 1 AND revoked_at IS NULL)";
        const string sql = $"""
            UPDATE authorization_grant SET revoked_at = @now WHERE client_id = @clientId AND revoked_at IS NULL AND {inSandbox};
            DELETE FROM approval WHERE client_id = @clientId AND {inSandbox};
            DELETE FROM launch WHERE client_id = @clientId AND {inSandbox};
            UPDATE client SET is_sandbox = 0 WHERE client_id = @clientId AND is_sandbox = 1 AND revoked_at IS NULL
            """;
        return await database.ExecuteAsync(sql, new { clientId, now = clock.GetUtcNow().ToMicroseconds() }, cancellationToken) > 0;
    }

    /// <summary>Ends the client and everything issued to it, at the APIs too. False if there is no such active client.</summary>
    public async Task<bool> RevokeAsync(string clientId, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE client SET revoked_at = @now WHERE client_id = @clientId AND revoked_at IS NULL;
            UPDATE authorization_grant SET revoked_at = @now WHERE client_id = @clientId AND revoked_at IS NULL
            """;
        var ended = await database.ExecuteAsync(sql, new { clientId, now = clock.GetUtcNow().ToMicroseconds() }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
        return ended > 0;
    }

    /// <summary>As browsers write it; other schemes than http and https have none.</summary>
    private static string? OriginOf(string redirectUri) =>
        Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}"
            : null;

    private sealed class Row
    {
        public string ClientId { get; init; } = string.Empty;

        public string Name { get; init; } = string.Empty;

        public string Organization { get; init; } = string.Empty;

        public string Grants { get; init; } = string.Empty;

        public string Scopes { get; init; } = string.Empty;

        public string Purposes { get; init; } = string.Empty;

        public string Roles { get; init; } = string.Empty;

        public string RedirectUris { get; init; } = string.Empty;

        public string? Jwks { get; init; }

        public string? JwksUri { get; init; }

        public long RequiresDpop { get; init; }

        public long IsSandbox { get; init; }

        public long? RevokedAt { get; init; }

        public Client ToClient() => new(
            ClientId,
            Name,
            Organization,
            SpaceDelimited.Split(Grants),
            SpaceDelimited.Split(Scopes),
            SpaceDelimited.Split(Purposes),
            SpaceDelimited.Split(Roles),
            SpaceDelimited.Split(RedirectUris),
            Jwks,
            JwksUri,
            RequiresDpop == 1,
            IsSandbox == 1,
            RevokedAt is not null);
    }
}
