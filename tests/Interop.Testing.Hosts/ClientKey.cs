using System.Security.Cryptography;
using System.Text.Json;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Testing;

/// <summary>A key pair of a client: signs its assertions and DPoP proofs.</summary>
internal sealed class ClientKey
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private ClientKey(SecurityKey key, JsonWebKey publicKey, string algorithm)
    {
        Public = publicKey;
        Credentials = new SigningCredentials(key, algorithm);
    }

    public SigningCredentials Credentials { get; }

    public JsonWebKey Public { get; }

    public string Jwks => JsonSerializer.Serialize(new { keys = new[] { PublicJson(withKid: true) } });

    public string Thumbprint => Base64UrlEncoder.Encode(Public.ComputeJwkThumbprint());

    public static ClientKey Rsa(string kid = "rsa-1", string algorithm = SecurityAlgorithms.RsaSha384)
    {
        var rsa = RSA.Create(2048);
        var publicKey = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(false)) { KeyId = kid });
        return new(new RsaSecurityKey(rsa) { KeyId = kid }, publicKey, algorithm);
    }

    public static ClientKey Ec(string kid = "ec-1", string algorithm = SecurityAlgorithms.EcdsaSha384)
    {
        var curve = algorithm == SecurityAlgorithms.EcdsaSha384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
        var ecdsa = ECDsa.Create(curve);
        using var publicPart = ECDsa.Create(ecdsa.ExportParameters(false));
        var publicKey = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicPart) { KeyId = kid });
        return new(new ECDsaSecurityKey(ecdsa) { KeyId = kid }, publicKey, algorithm);
    }

    /// <summary>A correct assertion, with claims changed (null: removed), headers added, or signed otherwise.</summary>
    public string Assertion(
        string client,
        string audience,
        DateTimeOffset now,
        Dictionary<string, object?>? changed = null,
        SigningCredentials? credentials = null,
        Dictionary<string, object>? headers = null)
    {
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = client,
            ["sub"] = client,
            ["aud"] = audience,
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(4).ToUnixTimeSeconds(),
        };
        return Sign(claims, changed, credentials ?? Credentials, headers ?? []);
    }

    /// <summary>A correct DPoP proof, with claims changed or headers replaced.</summary>
    public string Proof(
        string method,
        string url,
        DateTimeOffset now,
        string? accessToken = null,
        Dictionary<string, object?>? changed = null,
        string type = "dpop+jwt",
        object? jwk = null)
    {
        var claims = new Dictionary<string, object?>
        {
            ["htm"] = method,
            ["htu"] = url,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["ath"] = accessToken is null ? null : Secret.Hash(accessToken),
        };
        return Sign(claims, changed, Credentials, new() { ["typ"] = type, ["jwk"] = jwk ?? PublicJson(withKid: false) });
    }

    /// <summary>The token with one more claim, written as it is given, and signed anew.</summary>
    public string WithRawClaim(string token, string name, string json)
    {
        var payload = Base64UrlEncoder.Decode(token.Split('.')[1]);
        var signed = token.Split('.')[0] + "." + Base64UrlEncoder.Encode($"{payload[..^1]},\"{name}\":{json}}}");
        var key = ((ECDsaSecurityKey)Credentials.Key).ECDsa;
        var hash = Credentials.Algorithm == SecurityAlgorithms.EcdsaSha384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return signed + "." + Base64UrlEncoder.Encode(key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), hash));
    }

    public Dictionary<string, object> PublicJson(bool withKid)
    {
        var json = Public.Kty == "RSA"
            ? new Dictionary<string, object> { ["kty"] = "RSA", ["n"] = Public.N, ["e"] = Public.E }
            : new Dictionary<string, object> { ["kty"] = "EC", ["crv"] = Public.Crv, ["x"] = Public.X, ["y"] = Public.Y };
        if (withKid)
        {
            json["kid"] = Public.Kid;
        }

        return json;
    }

    private static string Sign(
        Dictionary<string, object?> claims,
        Dictionary<string, object?>? changed,
        SigningCredentials? credentials,
        Dictionary<string, object> headers)
    {
        foreach (var (name, value) in changed ?? [])
        {
            claims[name] = value;
        }

        var payload =
            JsonSerializer.Serialize(claims.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value));
        return Handler.CreateToken(payload, credentials!, headers);
    }
}
