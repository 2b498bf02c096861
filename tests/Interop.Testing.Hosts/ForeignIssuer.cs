using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Testing;

/// <summary>
/// Somebody else's OpenID provider: elliptic keys, discovery, no SMART configuration and no revocations to follow. It can be asked for
/// origins where a test says so.
/// </summary>
public sealed class ForeignIssuer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ECDsaSecurityKey key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "foreign-1" };

    private ForeignIssuer(WebApplication application) => this.application = application;

    public string Authority => application.Urls.First();

    /// <summary>What it says of any origin; null while its metadata has no place to ask.</summary>
    public Func<string, bool>? Registered { get; set; }

    /// <summary>How often it was asked for an origin.</summary>
    public int Questions { get; private set; }

    public static async Task<ForeignIssuer> StartAsync(Func<string, bool>? registered = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var issuer = new ForeignIssuer(builder.Build()) { Registered = registered };
        issuer.Map();
        await issuer.application.StartAsync();
        return issuer;
    }

    public string Token(IDictionary<string, object> claims, TimeSpan? life = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Expires = DateTime.UtcNow + (life ?? TimeSpan.FromMinutes(5)),
            Claims = claims,
            TokenType = "at+jwt",
            SigningCredentials = new(key, SecurityAlgorithms.EcdsaSha256),
        });

    /// <summary>Settings of a server that trusts it as its second issuer and knows its client as the hospital's.</summary>
    public string[] Settings(params string[] further) =>
    [
        $"--Interop:Issuers:1:Authority={Authority}", "--Interop:Issuers:1:Audience=interop-at-hospital",
        "--Interop:Issuers:1:Agencies:0=city-hospital",
        "--Interop:Issuers:1:Clients:ward-app=city-hospital", .. further,
    ];

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private void Map()
    {
        application.MapGet("/.well-known/openid-configuration", () =>
        {
            var metadata = new Dictionary<string, object> { ["issuer"] = Authority, ["jwks_uri"] = Authority + "/keys" };
            if (Registered is not null)
            {
                metadata["interop_origin_endpoint"] = Authority + "/origins";
            }

            return Results.Json(metadata);
        });
        application.MapGet("/keys", () =>
        {
            var point = key.ECDsa.ExportParameters(false).Q;
            return Results.Json(new
            {
                keys = new[]
                {
                    new
                    {
                        kty = "EC", crv = "P-256", kid = key.KeyId, x = Base64UrlEncoder.Encode(point.X!),
                        y = Base64UrlEncoder.Encode(point.Y!)
                    }
                },
            });
        });
        application.MapGet("/origins", (string origin) =>
        {
            Questions++;
            return Results.Json(new { registered = Registered!(origin) });
        });
    }
}
