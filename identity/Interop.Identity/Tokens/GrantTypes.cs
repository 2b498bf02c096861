using Interop.Identity.Accounts;
using Interop.Identity.Agencies;
using Interop.Identity.Api;
using Interop.Identity.Authorization;
using Interop.Identity.Clients;
using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>
/// What the token endpoint gives for each grant. A scope or purpose beyond the registration is refused, never dropped in silence.
/// </summary>
internal sealed class GrantTypes(
    IdentitySettings settings, TokenMint mint, GrantStore grants, AccountStore accounts, SessionStore sessions, Agreements agreements,
    TimeProvider clock)
{
    /// <summary>RFC 6749 section 4.4 as SMART Backend Services narrows it.</summary>
    public async Task<TokenResponse> ClientCredentialsAsync(Client client, OAuthForm form, string? jkt, CancellationToken cancellationToken)
    {
        if (!client.Uses(Client.ClientCredentials))
        {
            throw new OAuthException(OAuthException.UnauthorizedClient, "The client is not registered for client_credentials.");
        }

        var scopes = SpaceDelimited.Split(form["scope"]);
        if (scopes.Count == 0 || Scope.FirstBeyond(client.Scopes, scopes) is not null || scopes.Any(Scope.IsForPeople))
        {
            throw new OAuthException(
                OAuthException.InvalidScope, "A scope is missing, not understood or beyond the client's registration.");
        }

        var purposes = Scope.Purposes(client.Purposes, form["purpose_of_use"]);
        await DemandAgreementAsync(client, scopes, purposes, cancellationToken);
        var token = new AccessToken(
            client.ClientId, client.ClientId, scopes, client.Organization, purposes, client.Roles, null, null, null, jkt, client.IsSandbox);
        return new(await mint.AccessAsync(token, cancellationToken), scopes, jkt, null);
    }

    /// <summary>RFC 6749 section 4.1.3 with PKCE (RFC 7636). The second use of a code ends everything that the first one gave.</summary>
    public async Task<TokenResponse> AuthorizationCodeAsync(Client client, OAuthForm form, string? jkt, CancellationToken cancellationToken)
    {
        var text = form["code"] ?? throw new OAuthException(OAuthException.InvalidRequest, "The code is missing.");
        var verifier = form["code_verifier"] ?? throw new OAuthException(OAuthException.InvalidGrant, "The code_verifier is missing.");
        var code = await grants.FindCodeAsync(Secret.Hash(text), cancellationToken);
        if (code is null || code.ClientId != client.ClientId)
        {
            throw Invalid("The code is not known.");
        }

        if (!await grants.TryUseCodeAsync(code.Hash, cancellationToken))
        {
            await grants.RevokeAsync(code.GrantId, cancellationToken);
            throw Invalid("The code was used before; what it gave is revoked.");
        }

        if (code.ExpiresAt <= clock.GetUtcNow().ToMicroseconds())
        {
            throw Invalid("The code has expired.");
        }

        if (form["redirect_uri"] != code.RedirectUri)
        {
            throw Invalid("The redirect_uri is not that of the authorization request.");
        }

        if (verifier.Length is < 43 or > 128 || !Secret.AreEqual(Secret.Hash(verifier), code.Challenge))
        {
            throw Invalid("The code_verifier does not match.");
        }

        if (code.Jkt is not null && code.Jkt != jkt)
        {
            throw Invalid("The code is bound to another DPoP key.");
        }

        var grant = await grants.FindActiveAsync(code.GrantId, cancellationToken) ?? throw Invalid(
            "What the person allowed has ended.");
        if (client.IsPublic && jkt is not null)
        {
            // A public client has nothing else to prove itself by when it refreshes: RFC 9449 section 5.
            await grants.BindToKeyAsync(grant.GrantId, jkt, cancellationToken);
        }

        var scopes = SpaceDelimited.Split(grant.Scopes);
        var account = await AccountAsync(client, grant, scopes, cancellationToken);
        return await ForPersonAsync(client, grant, account, scopes, jkt, code.Nonce, cancellationToken);
    }

    /// <summary>RFC 6749 section 6 with rotation: RFC 9700 section 4.14. The second use of a refresh token ends its grant.</summary>
    public async Task<TokenResponse> RefreshAsync(Client client, OAuthForm form, string? jkt, CancellationToken cancellationToken)
    {
        var text = form["refresh_token"] ?? throw new OAuthException(OAuthException.InvalidRequest, "The refresh_token is missing.");
        var token = await grants.FindRefreshTokenAsync(Secret.Hash(text), cancellationToken);
        if (token is null || token.ClientId != client.ClientId)
        {
            throw Invalid("The refresh token is not known.");
        }

        if (token.UsedAt is not null)
        {
            await grants.RevokeAsync(token.GrantId, cancellationToken);
            throw Invalid("The refresh token was used before; its family is revoked.");
        }

        var grant = await grants.FindActiveAsync(token.GrantId, cancellationToken);
        if (grant is null || token.ExpiresAt <= clock.GetUtcNow().ToMicroseconds())
        {
            throw Invalid("The refresh token has expired or was revoked.");
        }

        if (grant.Jkt is not null && grant.Jkt != jkt)
        {
            throw Invalid("The refresh token is bound to another DPoP key.");
        }

        var allowed = SpaceDelimited.Split(grant.Scopes);
        var scopes = form["scope"] is { } narrower ? SpaceDelimited.Split(narrower) : allowed;
        if (Scope.FirstBeyond(allowed, scopes) is not null || Scope.FirstBeyond(client.Scopes, scopes) is not null)
        {
            throw new OAuthException(
                OAuthException.InvalidScope, "A scope is beyond what the person allowed or the client is registered for.");
        }

        // What may be refused for now comes before the token is used: a second try with it must not look like theft.
        var account = await AccountAsync(client, grant, scopes, cancellationToken);
        if (!await grants.TryUseRefreshTokenAsync(token.Hash, cancellationToken))
        {
            await grants.RevokeAsync(token.GrantId, cancellationToken);
            throw Invalid("The refresh token was used before; its family is revoked.");
        }

        return await ForPersonAsync(client, grant, account, scopes, jkt, null, cancellationToken);
    }

    private async Task DemandAgreementAsync(
        Client client, IReadOnlyList<string> scopes, IReadOnlyList<string> purposes, CancellationToken cancellationToken)
    {
        try
        {
            var asked = client with { Scopes = scopes, Purposes = purposes };
            if (await agreements.ObjectionAsync(asked, isFresh: false, cancellationToken) is { } objection)
            {
                throw new OAuthException(OAuthException.UnauthorizedClient, objection);
            }
        }
        catch (ApiUnavailableException)
        {
            throw new OAuthException(
                OAuthException.TemporarilyUnavailable, "Whether the agreement with the client's agency is in force is not known.");
        }
    }

    private static OAuthException Invalid(string reason) => new(OAuthException.InvalidGrant, reason);

    /// <summary>The person, for whom the agency's agreement covers what is asked.</summary>
    private async Task<Account> AccountAsync(
        Client client, AuthorizationGrant grant, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(grant.AccountId, cancellationToken) ?? throw Invalid("What the person allowed has ended.");
        await DemandAgreementAsync(client, scopes, PurposesOf(grant, account), cancellationToken);
        return account;
    }

    private static IReadOnlyList<string> PurposesOf(AuthorizationGrant grant, Account account) =>
        [.. SpaceDelimited.Split(grant.Purposes).Intersect(SpaceDelimited.Split(account.Purposes))];

    private async Task<TokenResponse> ForPersonAsync(
        Client client,
        AuthorizationGrant grant,
        Account account,
        IReadOnlyList<string> scopes,
        string? jkt,
        string? nonce,
        CancellationToken cancellationToken)
    {
        // A refresh for fewer scopes tells only what these are about.
        var isAboutPatient = scopes.Any(
            scope => scope is "launch" or "launch/patient" or "launch/encounter" || Scope.TryParse(scope) is { Context: "patient" });
        var isAboutEncounter = scopes.Any(scope => scope is "launch" or "launch/encounter");
        var token = new AccessToken(
            client.ClientId,
            account.AccountId,
            scopes,
            account.Organization,
            PurposesOf(grant, account),
            SpaceDelimited.Split(account.Roles),
            account.FhirUser,
            isAboutPatient ? grant.Patient : null,
            grant.GrantId,
            jkt,
            client.IsSandbox)
        {
            Encounter = isAboutEncounter ? grant.Encounter : null,
            NeedsPatientBanner = isAboutPatient && grant.Patient is not null ? grant.NeedsBanner == 1 : null,
        };
        var answer = new TokenResponse(await mint.AccessAsync(token, cancellationToken), scopes, jkt, account.AccountId)
        {
            Patient = token.Patient,
            Encounter = token.Encounter,
            NeedsPatientBanner = token.NeedsPatientBanner,
        };
        if (SpaceDelimited.Split(grant.Scopes).Any(scope => scope is "offline_access" or "online_access"))
        {
            var refresh = Secret.New();
            await grants.AddRefreshTokenAsync(Secret.Hash(refresh), grant.GrantId, cancellationToken);
            answer = answer with { RefreshToken = refresh };
        }

        return scopes.Contains("openid")
            ? answer with { IdToken = await IdTokenAsync(client, grant, account, scopes, nonce, cancellationToken) }
            : answer;
    }

    private async Task<string> IdTokenAsync(
        Client client,
        AuthorizationGrant grant,
        Account account,
        IReadOnlyList<string> scopes,
        string? nonce,
        CancellationToken cancellationToken)
    {
        var claims = new Dictionary<string, object> { ["sub"] = account.AccountId };
        if (await sessions.FindActiveAsync(grant.SessionId, cancellationToken) is { } session)
        {
            claims["auth_time"] = Instants.ToDateTimeOffset(session.CreatedAt).ToUnixTimeSeconds();
            claims["amr"] = SpaceDelimited.Split(session.Methods);
        }

        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        if (scopes.Contains("profile"))
        {
            claims["name"] = account.DisplayName;
        }

        if (scopes.Contains("fhirUser") && account.FhirUser is not null)
        {
            claims["fhirUser"] = settings.FhirUserUrl(account.FhirUser, client.IsSandbox);
        }

        return await mint.IdAsync(client.ClientId, claims, cancellationToken);
    }
}
