using System.Security.Cryptography;
using Interop.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Testing;

/// <summary>
/// An issuer that signs whatever a test wants to say: discovery and keys over loopback HTTP, tokens in process. The real issuer, which
/// refuses most of that, is met in the journeys.
/// </summary>
public sealed class LoopbackIssuer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly RsaSecurityKey key;

    private LoopbackIssuer(WebApplication application, RsaSecurityKey key)
    {
        this.application = application;
        this.key = key;
    }

    public const string Audience = "interop";

    /// <summary>The issuer's base URL, also its <c>iss</c>.</summary>
    public string Authority { get; private set; } = string.Empty;

    /// <summary>The signing key, for tests that forge with it.</summary>
    public SigningCredentials Credentials => new(key, SecurityAlgorithms.RsaSha256);

    public static async Task<LoopbackIssuer> StartAsync(RSA rsa, CancellationToken cancellationToken)
    {
        var key =
            new RsaSecurityKey(rsa) { KeyId = Base64UrlEncoder.Encode(SHA256.HashData(rsa.ExportRSAPublicKey()).AsSpan(0, 8).ToArray()) };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var issuer = new LoopbackIssuer(builder.Build(), key);
        issuer.Map();
        await issuer.application.StartAsync(cancellationToken);
        issuer.Authority = issuer.application.Urls.First();
        return issuer;
    }

    /// <summary>An <c>at+jwt</c> access token (RFC 9068) with the claims of our own.</summary>
    public string Token(DemoCaller caller, DateTimeOffset now, TimeSpan life) => Token(Claims(caller), now, life);

    /// <summary>A token of any claims, for tests of refusals.</summary>
    public string Token(
        IDictionary<string, object> claims, DateTimeOffset now, TimeSpan life, string? audience = Audience, string type = "at+jwt") =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + life).UtcDateTime,
            Claims = claims,
            TokenType = type,
            SigningCredentials = Credentials,
        });

    public static Dictionary<string, object> Claims(DemoCaller caller)
    {
        var claims = new Dictionary<string, object>
        {
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["sub"] = caller.Name,
            ["client_id"] = $"demo-{caller.Name}",
            ["scope"] = caller.Scope,
            ["agency"] = $"Organization/{caller.Organization}",
            ["purpose_of_use"] = caller.Purposes,
            ["roles"] = caller.Roles,
        };
        return claims;
    }

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }

    private void Map()
    {
        application.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Authority,
            jwks_uri = Authority + "/jwks",
            id_token_signing_alg_values_supported = new[] { SecurityAlgorithms.RsaSha256 },
        }));
        var exported = JsonWebKeyConverter.ConvertFromRSASecurityKey(
            new RsaSecurityKey(key.Rsa.ExportParameters(false)) { KeyId = key.KeyId });
        application.MapGet("/jwks", () => Results.Json(new
        {
            keys = new[]
            {
                new { kty = "RSA", use = "sig", alg = SecurityAlgorithms.RsaSha256, kid = exported.Kid, n = exported.N, e = exported.E }
            },
        }));
    }
}
