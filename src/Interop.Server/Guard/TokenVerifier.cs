using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Server.Guard;

/// <summary>
/// Verifies access tokens of the configured issuers and remembers verified ones until they expire: a signature check costs
/// three times what the rest of a read does. Only what was verified is remembered, by the whole token.
/// </summary>
internal sealed class TokenVerifier
{
    private const int MaxRemembered = 20_000;
    private const string Revoked = "The token was revoked.";

    private readonly ConcurrentDictionary<string, Verified> remembered = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<InteropIssuer> issuers;
    private readonly InteropSettings settings;
    private readonly ScopeReader scopes;
    private readonly TimeProvider clock;

    public IReadOnlyList<InteropIssuer> Issuers => issuers;

    public Revocations Revocations { get; }

    public TokenVerifier(InteropSettings settings, HttpClient http, ScopeReader scopes, TimeProvider clock)
    {
        this.settings = settings;
        this.scopes = scopes;
        issuers = [.. settings.Issuers.Select(issuer => new InteropIssuer(issuer, http))];
        this.clock = clock;
        Revocations = new Revocations(clock);
    }

    /// <summary>The caller, or why there is none. The sentence is safe to send: it holds nothing of the token.</summary>
    public async ValueTask<(Caller? Caller, string? Error)> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (remembered.TryGetValue(token, out var known))
        {
            if (known.Expires > now)
            {
                return Revocations.Has(known.Marks) ? (null, Revoked) : (known.Caller, null);
            }

            remembered.TryRemove(token, out _);
        }

        JsonWebToken parsed;
        try
        {
            parsed = new JsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return (null, "The token is not a JSON Web Token.");
        }

        var issuer = issuers.FirstOrDefault(candidate => candidate.Authority == parsed.Issuer.TrimEnd('/'));
        if (issuer is null)
        {
            return (null, "The token's issuer is not trusted here.");
        }

        var result = await issuer.ValidateAsync(token, cancellationToken);
        if (!result.IsValid)
        {
            return (null, Reason(result.Exception));
        }

        if (parsed.Claims.Any(claim => claim.Type == "sandbox" && claim.Value != "false") != settings.IsSandbox)
        {
            return (null, settings.IsSandbox ? "The token is not for the sandbox." : "The token is for the sandbox only.");
        }

        var (caller, error) = Caller.Read(parsed.Claims, issuer, scopes, settings.Bases);
        if (caller is not null)
        {
            var marks = Revocations.Marks(
                issuer.Authority,
                parsed.Id,
                parsed.TryGetPayloadValue<string>("grant_id", out var grant) ? grant : null,
                caller.ClientId,
                (result.SecurityToken as JsonWebToken)?.SigningKey?.KeyId);
            Remember(token, new(caller, new DateTimeOffset(parsed.ValidTo, TimeSpan.Zero), marks), now);
            if (Revocations.Has(marks))
            {
                return (null, Revoked);
            }
        }

        return (caller, error);
    }

    /// <summary>Forgets every verified token, so that the next request of each is verified anew.</summary>
    public void Forget() => remembered.Clear();

    private void Remember(string token, Verified verified, DateTimeOffset now)
    {
        if (remembered.Count >= MaxRemembered)
        {
            foreach (var (key, value) in remembered)
            {
                if (value.Expires <= now)
                {
                    remembered.TryRemove(key, out _);
                }
            }

            if (remembered.Count >= MaxRemembered)
            {
                return;
            }
        }

        remembered[token] = verified;
    }

    private static string Reason(Exception? failure) => failure switch
    {
        Microsoft.IdentityModel.Tokens.SecurityTokenExpiredException => "The token has expired.",
        Microsoft.IdentityModel.Tokens.SecurityTokenNotYetValidException => "The token is not valid yet.",
        Microsoft.IdentityModel.Tokens.SecurityTokenInvalidAudienceException => "The token is not for this server.",
        Microsoft.IdentityModel.Tokens.SecurityTokenInvalidTypeException => "The token is not an access token (at+jwt).",
        Microsoft.IdentityModel.Tokens.SecurityTokenNoExpirationException => "The token has no expiry.",
        Microsoft.IdentityModel.Tokens.SecurityTokenInvalidAlgorithmException => "The token's algorithm is not accepted.",
        _ => "The token could not be verified.",
    };

    private sealed record Verified(Caller Caller, DateTimeOffset Expires, string[] Marks);
}
