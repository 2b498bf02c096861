using System.Collections.Concurrent;
using Interop.Server.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Security;

/// <summary>
/// Verifies access tokens of the configured issuers and remembers verified ones until they expire: a signature check costs
/// three times what the rest of a read does. Only what was verified is remembered, by the whole token.
/// </summary>
internal sealed class TokenVerifier : TokenHandler
{
    private const int MaxRemembered = 20_000;
    private const string Revoked = "The token was revoked.";

    private readonly ConcurrentDictionary<string, VerifiedToken> remembered = new(StringComparer.Ordinal);
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

    /// <summary>The caller as an identity, or why there is none. The sentence is safe to send: it holds nothing of the token.</summary>
    /// <param name="validationParameters">Not looked at: which issuer is asked decides.</param>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var (verified, error) = await VerifyAsync(token);
        return verified is null
            ? new() { Exception = new SecurityTokenValidationException(error) }
            : new() { IsValid = true, SecurityToken = verified, ClaimsIdentity = verified.Caller.ToIdentity() };
    }

    private async ValueTask<(VerifiedToken? Token, string? Error)> VerifyAsync(string token)
    {
        var now = clock.GetUtcNow();
        if (remembered.TryGetValue(token, out var known))
        {
            if (known.ValidTo > now.UtcDateTime)
            {
                return Revocations.Has(known.Marks) ? (null, Revoked) : (known, null);
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

        var result = await issuer.ValidateAsync(token, CancellationToken.None);
        if (!result.IsValid)
        {
            return (null, Reason(result.Exception));
        }

        if (parsed.Claims.Any(claim => claim.Type == "sandbox" && claim.Value != "false") != settings.IsSandbox)
        {
            return (null, settings.IsSandbox ? "The token is not for the sandbox." : "The token is for the sandbox only.");
        }

        var (caller, error) = Caller.Read(parsed.Claims, issuer, scopes, settings.Bases);
        if (caller is null)
        {
            return (null, error);
        }

        caller = caller with { SigningKey = (result.SecurityToken as JsonWebToken)?.SigningKey?.KeyId };
        var marks = Revocations.Marks(
            issuer.Authority,
            parsed.Id,
            parsed.TryGetPayloadValue<string>("grant_id", out var grant) ? grant : null,
            caller.ClientId,
            caller.SigningKey);
        var verified = new VerifiedToken(caller, parsed.ValidTo, marks);
        Remember(token, verified, now);
        return Revocations.Has(marks) ? (null, Revoked) : (verified, null);
    }

    /// <summary>Forgets every verified token, so that the next request of each is verified anew.</summary>
    public void Forget() => remembered.Clear();

    private void Remember(string token, VerifiedToken verified, DateTimeOffset now)
    {
        if (remembered.Count >= MaxRemembered)
        {
            foreach (var (key, value) in remembered)
            {
                if (value.ValidTo <= now.UtcDateTime)
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
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token is not for this server.",
        SecurityTokenInvalidTypeException => "The token is not an access token (at+jwt).",
        SecurityTokenNoExpirationException => "The token has no expiry.",
        SecurityTokenInvalidAlgorithmException => "The token's algorithm is not accepted.",
        _ => "The token could not be verified.",
    };

    /// <summary>What is kept of a token: not its text, and nothing that could be sent on.</summary>
    private sealed class VerifiedToken(Caller caller, DateTime validTo, string[] marks) : SecurityToken
    {
        public Caller Caller => caller;

        public string[] Marks => marks;

        public override string Id => string.Empty;

        public override string Issuer => caller.Issuer ?? string.Empty;

        public override SecurityKey? SecurityKey => null;

        public override SecurityKey? SigningKey { get; set; }

        public override DateTime ValidFrom => DateTime.MinValue;

        public override DateTime ValidTo => validTo;
    }
}
