using System.Text.Json;
using Interop.Identity.Http;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Clients;

/// <summary>
/// Who calls the token, introspection and revocation endpoints: <c>private_key_jwt</c> (RFC 7523; SMART asymmetric client
/// authentication, https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html), or the bare id of a public client.
/// </summary>
internal sealed class ClientAuthentication(
    IdentitySettings settings, ClientStore clients, ClientKeys keys, SeenStore seen, TimeProvider clock)
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    public static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha384, SecurityAlgorithms.EcdsaSha384];

    private static readonly TimeSpan MaxLife = TimeSpan.FromMinutes(5);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 8_000 };

    /// <exception cref="OAuthException">The client is not known, or does not prove that it is the one.</exception>
    public async Task<Client> AuthenticateAsync(OAuthForm form, CancellationToken cancellationToken)
    {
        if (form.HasAuthorizationHeader || form["client_secret"] is not null)
        {
            throw Refused("Clients authenticate with private_key_jwt only.");
        }

        if (form["client_assertion"] is not { } assertion)
        {
            return form["client_assertion_type"] is null
                && await clients.FindActiveAsync(form["client_id"], cancellationToken) is { IsPublic: true } known
                ? known
                : throw Refused("The client is not known, or must authenticate.");
        }

        if (form["client_assertion_type"] != AssertionType)
        {
            throw Refused("The client_assertion_type is not jwt-bearer.");
        }

        var token = Parse(assertion);
        var payload = JwtPayload.Read(token, out var flaw) ?? throw Refused($"The assertion's {flaw}");
        if (form["client_id"] is { } named && named != token.Subject)
        {
            throw Refused("The client_id and the assertion name different clients.");
        }

        CheckHeader(token);
        var client = await ProvenAsync(token, assertion, cancellationToken);
        var expires = CheckClaims(token, payload);
        return await seen.TryAddAsync("assertion:" + client.ClientId, token.Id, expires + IdentitySettings.Skew, cancellationToken)
            ? client
            : throw Refused("The assertion was used before.");
    }

    private static OAuthException Refused(string reason) => new(OAuthException.InvalidClient, reason);

    private static JsonWebToken Parse(string assertion)
    {
        try
        {
            return assertion.Length <= 8_000 ? new JsonWebToken(assertion) : throw Refused("The assertion is too long.");
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or JsonException)
        {
            throw Refused("The assertion is not a JSON Web Token.");
        }
    }

    private static void CheckHeader(JsonWebToken token)
    {
        if (!Algorithms.Contains(token.Alg))
        {
            throw Refused("The assertion's algorithm must be RS384 or ES384.");
        }

        if (token.Typ is not (null or "" or "JWT" or "client-authentication+jwt"))
        {
            throw Refused("The assertion's typ must be JWT.");
        }
    }

    /// <summary>
    /// The client whose key signed the assertion. Who can't prove it is told one thing, after one work, whether or not there is such a
    /// client: a signature is checked in any case. Which of the reasons it was stands on the trail.
    /// </summary>
    private async Task<Client> ProvenAsync(JsonWebToken token, string assertion, CancellationToken cancellationToken)
    {
        var client = await clients.FindActiveAsync(token.Subject, cancellationToken);
        var found = client is null || string.IsNullOrEmpty(token.Kid) ? null : await keys.FindAsync(client, token.Kid, cancellationToken);
        var key = found is not null && Suits(found, token.Alg) ? found : null;
        var holds = await HoldsAsync(assertion, key ?? ClientKeys.Nobodys(token.Alg));

        // SMART: a jku that is not the registered one is never followed.
        var flaw = client is null ? "The client is not known."
            : token.TryGetHeaderValue<string>("jku", out var jku) && jku != client.JwksUri
                ? "The assertion's jku is not the registered key URL."
            : key is null ? "The assertion's key is not registered."
            : holds ? null
            : "The assertion's signature does not hold.";
        return flaw is null
            ? client!
            : throw new OAuthException(OAuthException.InvalidClient, "The client is not known, or its assertion does not hold.")
            {
                Reason = flaw,
            };
    }

    private static bool Suits(JsonWebKey key, string algorithm) =>
        key.Kty == (algorithm == SecurityAlgorithms.RsaSha384 ? "RSA" : "EC") && (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm);

    private static async Task<bool> HoldsAsync(string assertion, JsonWebKey key)
    {
        var result = await Handler.ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = Algorithms,
            ValidateIssuer = false, // these three are checked below, where each has a sentence of its own
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private DateTimeOffset CheckClaims(JsonWebToken token, JwtPayload payload)
    {
        var now = clock.GetUtcNow();
        if (token.Issuer != token.Subject)
        {
            throw Refused("The assertion's iss and sub must both be the client_id.");
        }

        if (token.Audiences.ToList() is not [var audience] || (audience != settings.Endpoint("/token") && audience != settings.Issuer))
        {
            throw Refused("The assertion's aud must be the token endpoint or the issuer.");
        }

        if (payload.Seconds("exp") is not (>= 0 and <= 253402300799 and var exp))
        {
            throw Refused("The assertion has no exp.");
        }

        var expires = DateTimeOffset.UnixEpoch.AddSeconds(exp);
        if (expires <= now - IdentitySettings.Skew)
        {
            throw Refused("The assertion has expired.");
        }

        if (expires > now + MaxLife + IdentitySettings.Skew)
        {
            throw Refused("The assertion must expire within five minutes.");
        }

        foreach (var name in (string[])["iat", "nbf"])
        {
            if (payload.Seconds(name) > (now + IdentitySettings.Skew).ToUnixTimeSeconds())
            {
                throw Refused($"The assertion's {name} is in the future.");
            }
        }

        return token.Id is { Length: > 0 and <= 256 } ? expires : throw Refused("The assertion needs a jti of up to 256 characters.");
    }
}
