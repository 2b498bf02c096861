using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tokens;

/// <summary>Makes signed tokens and reads back its own.</summary>
internal sealed class TokenMint(IdentitySettings settings, SigningKeys keys, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    /// <param name="life">Shorter than usual, or null.</param>
    public async Task<string> AccessAsync(AccessToken token, CancellationToken cancellationToken, TimeSpan? life = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["jti"] = Secret.NewId(),
            ["client_id"] = token.ClientId,
            ["sub"] = token.Subject,
            ["scope"] = SpaceDelimited.Join(token.Scopes),
            ["agency"] = token.Agency,
            ["purpose_of_use"] = token.Purposes,
            ["roles"] = token.Roles,
        };
        Add(claims, "fhirUser", token.FhirUser);
        Add(claims, "patient", token.Patient);
        Add(claims, "encounter", token.Encounter);
        Add(claims, "need_patient_banner", token.NeedsPatientBanner);
        Add(claims, "grant_id", token.GrantId);
        Add(claims, "cnf", token.Jkt is null ? null : new Dictionary<string, object> { ["jkt"] = token.Jkt });
        Add(claims, "sandbox", token.IsSandbox ? true : null);
        return await SignAsync(claims, settings.Audience, "at+jwt", life ?? IdentitySettings.AccessTokenLife, cancellationToken);
    }

    /// <summary>An ID token, OpenID Connect Core section 2.</summary>
    public Task<string> IdAsync(string clientId, Dictionary<string, object> claims, CancellationToken cancellationToken) =>
        SignAsync(claims, clientId, "JWT", IdentitySettings.AccessTokenLife, cancellationToken);

    /// <summary>The content of an access token of ours, or null when it is not one or no longer valid.</summary>
    public async Task<IssuedToken?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > 8_000 || !Handler.CanReadToken(token))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = settings.Issuer,
            ValidAudience = settings.Audience,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = await keys.PublishedAsync(cancellationToken),
            ValidateLifetime = false, // below, by the clock that the rest uses
        });
        if (
            !result.IsValid
                || result.SecurityToken is not JsonWebToken jwt
                || new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero) <= clock.GetUtcNow())
        {
            return null;
        }

        var claims = jwt.Claims.ToLookup(claim => claim.Type, claim => claim.Value);
        string? One(string name) => claims[name].FirstOrDefault();
        var jkt = jwt.TryGetPayloadValue<Dictionary<string, string>>(
            "cnf", out var confirmation) ? confirmation.GetValueOrDefault("jkt") : null;
        return new(
            jwt.Id,
            new(
                One("client_id")!,
                jwt.Subject,
                SpaceDelimited.Split(One("scope")),
                One("agency")!,
                [.. claims["purpose_of_use"]],
                [.. claims["roles"]],
                One("fhirUser"),
                One("patient"),
                One("grant_id"),
                jkt,
                One("sandbox") is not null)
            {
                Encounter = One("encounter"),
                NeedsPatientBanner = jwt.TryGetPayloadValue<bool>("need_patient_banner", out var banner) ? banner : null,
            },
            new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero),
            new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
    }

    /// <summary>Who an ID token of ours was made for, also when it has expired; null where it is not ours.</summary>
    public async Task<(string ClientId, string Subject)?> ReadIdAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > 8_000 || !Handler.CanReadToken(token))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = settings.Issuer,
            ValidateAudience = false, // any client's: whose it is comes out of it
            ValidTypes = ["JWT"],
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = await keys.PublishedAsync(cancellationToken),
            ValidateLifetime = false, // it lives five minutes, and a session longer
        });
        return result.IsValid && result.SecurityToken is JsonWebToken jwt && jwt.Audiences.ToList() is [var client]
            ? (client, jwt.Subject)
            : null;
    }

    private async Task<string> SignAsync(
        Dictionary<string, object> claims, string audience, string type, TimeSpan life, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = settings.Issuer,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + life,
            Claims = claims,
            TokenType = type,
            SigningCredentials = await keys.CurrentAsync(cancellationToken),
        });
    }

    private static void Add(Dictionary<string, object> claims, string name, object? value)
    {
        if (value is not null)
        {
            claims[name] = value;
        }
    }
}
