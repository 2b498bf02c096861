using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Hosting;

/// <summary>Checks the DPoP proof of a request but for its first use: RFC 9449 section 4.3.</summary>
public static class DpopProof
{
    public const string Header = "DPoP";

    public static readonly IReadOnlyList<string> Algorithms =
    [
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSsaPssSha256,
    ];

    private const int MostCharacters = 8_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MostCharacters };

    /// <param name="address">The URL of the request as clients know it, which is not that of this machine behind a proxy.</param>
    /// <param name="accessToken">The token that comes with the proof; null at the token endpoint.</param>
    /// <param name="jkt">The thumbprint that the token is bound to; null where any key will do.</param>
    public static async Task<DpopReading> ReadAsync(
        HttpRequest request, string address, string? accessToken, string? jkt, DateTimeOffset now)
    {
        if (request.Headers[Header] is not [{ Length: > 0 and <= MostCharacters } text] || text.Contains(',', StringComparison.Ordinal))
        {
            return Flawed(DpopFlaw.NotOneHeader, "There must be one DPoP header.");
        }

        JsonWebToken proof;
        JsonWebKey key;
        try
        {
            proof = new JsonWebToken(text);
            if (!proof.TryGetHeaderValue<JsonElement>("jwk", out var jwk))
            {
                return Flawed(DpopFlaw.NoKey, "The proof has no jwk.");
            }

            key = new JsonWebKey(jwk.GetRawText());
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or JsonException or InvalidOperationException)
        {
            return Flawed(DpopFlaw.NotJwt, "The proof is not a JSON Web Token.");
        }

        if (proof.Typ != "dpop+jwt")
        {
            return Flawed(DpopFlaw.OtherType, "The proof's typ must be dpop+jwt.");
        }

        if (!Algorithms.Contains(proof.Alg) || key.Kty is not ("RSA" or "EC") || key.HasPrivateKey)
        {
            return Flawed(
                DpopFlaw.UnsuitableKey, "The proof must be signed with an asymmetric key, of which it carries the public part only.");
        }

        if (!await IsSignedAsync(text, key))
        {
            return Flawed(DpopFlaw.Signature, "The proof's signature does not hold.");
        }

        var thumbprint = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return jkt is not null && jkt != thumbprint
            ? Flawed(DpopFlaw.OtherKey, "The proof is not of the token's key.")
            : FlawOfClaims(proof, request.Method, address, accessToken, now)
                ?? new DpopReading.Proven(thumbprint, proof.Id, now + Window + Window);
    }

    private static DpopReading.Flawed Flawed(DpopFlaw flaw, string sentence) => new(flaw, sentence);

    private static async Task<bool> IsSignedAsync(string text, JsonWebKey key)
    {
        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = Algorithms,
            ValidTypes = ["dpop+jwt"],
            ValidateIssuer = false, // a proof has neither issuer nor audience; its lifetime is the window around iat
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private static DpopReading? FlawOfClaims(JsonWebToken proof, string method, string address, string? accessToken, DateTimeOffset now)
    {
        if (JwtPayload.Read(proof, out var flaw) is not { } payload)
        {
            return Flawed(DpopFlaw.MalformedClaims, $"The proof's {flaw}");
        }

        if (!proof.TryGetPayloadValue<string>("htm", out var htm) || htm != method)
        {
            return Flawed(DpopFlaw.OtherMethod, "The proof's htm is not this method.");
        }

        if (!proof.TryGetPayloadValue<string>("htu", out var htu) || !IsSame(htu, address))
        {
            return Flawed(DpopFlaw.OtherAddress, "The proof's htu is not this endpoint.");
        }

        if (payload.Seconds("iat") is not { } iat || Math.Abs(now.ToUnixTimeSeconds() - iat) > Window.TotalSeconds)
        {
            return Flawed(DpopFlaw.NotNow, "The proof's iat is too far from now.");
        }

        if (accessToken is not null && !(proof.TryGetPayloadValue<string>("ath", out var ath) && IsHash(ath, accessToken)))
        {
            return Flawed(DpopFlaw.OtherToken, "The proof's ath is not of this token.");
        }

        return proof.Id is { Length: > 0 and <= 256 } ? null : Flawed(DpopFlaw.NoId, "The proof needs a jti of up to 256 characters.");
    }

    private static bool IsHash(string ath, string accessToken) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(ath),
        Encoding.UTF8.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)))));

    /// <summary>Compares without query and fragment, after the normalisation of RFC 3986 that <see cref="Uri"/> does.</summary>
    private static bool IsSame(string? stated, string expected) =>
        Uri.TryCreate(stated, UriKind.Absolute, out var uri)
            && uri.GetLeftPart(UriPartial.Path) == new Uri(expected).GetLeftPart(UriPartial.Path);
}
