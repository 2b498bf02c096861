using System.Text.Json;
using Interop.Identity.Tables;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tokens;

/// <summary>Checks DPoP proofs: RFC 9449 section 4.3.</summary>
internal sealed class DpopProof(IdentitySettings settings, SeenStore seen, TimeProvider clock)
{
    public static readonly string[] Algorithms =
    [
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSsaPssSha256,
    ];

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 8_000 };

    /// <summary>The thumbprint of the proof's key, or null when the request carries no proof.</summary>
    /// <param name="path">The endpoint below the issuer; what the proof calls it does not depend on this machine's address.</param>
    /// <param name="accessToken">The token that comes with the proof, or null at the token endpoint.</param>
    /// <exception cref="OAuthException">The proof does not hold.</exception>
    public async Task<string?> CheckAsync(HttpRequest request, string path, string? accessToken, CancellationToken cancellationToken)
    {
        var headers = request.Headers["DPoP"];
        if (headers.Count == 0)
        {
            return null;
        }

        if (headers is not [{ Length: > 0 and <= 8_000 } text] || text.Contains(',', StringComparison.Ordinal))
        {
            throw Refused("There must be one DPoP header.");
        }

        var (proof, key) = await ParseAsync(text);
        var expires = CheckClaims(proof, request.Method, path, accessToken);
        var jkt = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return await seen.TryAddAsync("dpop:" + jkt, proof.Id, expires, cancellationToken)
            ? jkt
            : throw Refused("The proof was used before.");
    }

    private static OAuthException Refused(string reason) => new(OAuthException.InvalidDpopProof, reason);

    private static async Task<(JsonWebToken Proof, JsonWebKey Key)> ParseAsync(string text)
    {
        JsonWebToken proof;
        JsonWebKey key;
        try
        {
            proof = new JsonWebToken(text);
            key = proof.TryGetHeaderValue<JsonElement>("jwk", out var jwk)
                ? new JsonWebKey(jwk.GetRawText())
                : throw Refused("The proof has no jwk.");
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or JsonException or InvalidOperationException)
        {
            throw Refused("The proof is not a JSON Web Token.");
        }

        if (proof.Typ != "dpop+jwt")
        {
            throw Refused("The proof's typ must be dpop+jwt.");
        }

        if (!Algorithms.Contains(proof.Alg) || key.Kty is not ("RSA" or "EC") || key.HasPrivateKey)
        {
            throw Refused("The proof must be signed with an asymmetric key, of which it carries the public part only.");
        }

        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = Algorithms,
            ValidTypes = ["dpop+jwt"],
            ValidateIssuer = false, // a proof has neither issuer nor audience; its lifetime is the window around iat
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? (proof, key) : throw Refused("The proof's signature does not hold.");
    }

    private DateTimeOffset CheckClaims(JsonWebToken proof, string method, string path, string? accessToken)
    {
        var payload = JwtPayload.Read(proof, flaw => Refused($"The proof's {flaw}"));
        if (!proof.TryGetPayloadValue<string>("htm", out var htm) || htm != method)
        {
            throw Refused("The proof's htm is not this method.");
        }

        if (!proof.TryGetPayloadValue<string>("htu", out var htu) || !IsSame(htu, settings.Endpoint(path)))
        {
            throw Refused("The proof's htu is not this endpoint.");
        }

        var now = clock.GetUtcNow();
        if (payload.Seconds("iat") is not { } iat || Math.Abs(now.ToUnixTimeSeconds() - iat) > Window.TotalSeconds)
        {
            throw Refused("The proof's iat is too far from now.");
        }

        if (
            accessToken is not null
                && (!proof.TryGetPayloadValue<string>("ath", out var ath) || !Secret.AreEqual(ath, Secret.Hash(accessToken))))
        {
            throw Refused("The proof's ath is not of this token.");
        }

        return proof.Id is { Length: > 0 and <= 256 }
            ? now + Window + Window
            : throw Refused("The proof needs a jti of up to 256 characters.");
    }

    /// <summary>Compares without query and fragment, after the normalisation of RFC 3986 that <see cref="Uri"/> does.</summary>
    private static bool IsSame(string? stated, string expected) =>
        Uri.TryCreate(stated, UriKind.Absolute, out var uri)
            && uri.GetLeftPart(UriPartial.Path) == new Uri(expected).GetLeftPart(UriPartial.Path);
}
