using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Server.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Security;

/// <summary>
/// Checks the DPoP proof that comes with a token bound to a key: RFC 9449 section 4.3. Replays are refused per instance, which
/// section 11.1 allows: a proof is for one method, address and token, and for a minute.
/// </summary>
internal sealed class DpopProofs(InteropSettings settings, TimeProvider clock)
{
    private const int MaxRemembered = 100_000;

    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSsaPssSha256,
    ];

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 8_000 };

    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);

    /// <summary>Why the request does not prove possession of the key, or null when it does. The sentence is safe to send.</summary>
    /// <param name="jkt">The thumbprint that the token is bound to.</param>
    public async ValueTask<string?> ObjectionAsync(HttpRequest request, string token, string jkt)
    {
        if (request.Headers["DPoP"] is not [{ Length: > 0 and <= 8_000 } text] || text.Contains(',', StringComparison.Ordinal))
        {
            return "The token needs one DPoP proof with each request.";
        }

        if (
            Parse(text) is not var (proof, key)
                || proof.Typ != "dpop+jwt"
                || !Algorithms.Contains(proof.Alg)
                || key.HasPrivateKey
                || key.Kty is not ("RSA" or "EC"))
        {
            return "The DPoP proof is malformed.";
        }

        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = Algorithms,
            ValidateIssuer = false, // a proof has neither issuer nor audience; its lifetime is the window around iat
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return !result.IsValid || Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()) != jkt
            ? "The DPoP proof is not of the token's key."
            : Claims(proof, request, token) ?? (IsFirst(jkt, proof.Id) ? null : "The DPoP proof was used before.");
    }

    private static (JsonWebToken Proof, JsonWebKey Key)? Parse(string text)
    {
        try
        {
            var proof = new JsonWebToken(text);
            return proof.TryGetHeaderValue<JsonElement>("jwk", out var jwk) ? (proof, new JsonWebKey(jwk.GetRawText())) : null;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private string? Claims(JsonWebToken proof, HttpRequest request, string token)
    {
        if (!proof.TryGetPayloadValue<string>("htm", out var method) || method != request.Method)
        {
            return "The DPoP proof is for another method.";
        }

        if (!proof.TryGetPayloadValue<string>("htu", out var url) || !Uri.TryCreate(url, UriKind.Absolute, out var stated)
            || stated.GetLeftPart(UriPartial.Path) != new Uri(AddressOf(request)).GetLeftPart(UriPartial.Path))
        {
            return "The DPoP proof is for another address.";
        }

        if (
            !proof.TryGetPayloadValue<long>("iat", out var issued)
                || Math.Abs(clock.GetUtcNow().ToUnixTimeSeconds() - (double)issued) > Window.TotalSeconds)
        {
            return "The DPoP proof is not of now.";
        }

        return proof.TryGetPayloadValue<string>("ath", out var hash)
            && hash == Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(token)))
            ? proof.Id is { Length: > 0 and <= 256 } ? null : "The DPoP proof has no jti."
            : "The DPoP proof is of another token.";
    }

    /// <summary>The address as clients know it, which is not that of this machine behind a proxy.</summary>
    private string AddressOf(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        return path.StartsWith(FhirRoutes.Root, StringComparison.Ordinal)
            ? settings.PublicUrl + path[FhirRoutes.Root.Length..]
            : new Uri(settings.PublicUrl).GetLeftPart(UriPartial.Authority) + path;
    }

    private bool IsFirst(string jkt, string id)
    {
        var now = clock.GetUtcNow();
        if (seen.Count >= MaxRemembered)
        {
            foreach (var (key, expires) in seen)
            {
                if (expires < now)
                {
                    seen.TryRemove(key, out _);
                }
            }
        }

        return seen.Count < MaxRemembered && seen.TryAdd(jkt + " " + id, now + Window + Window);
    }
}
