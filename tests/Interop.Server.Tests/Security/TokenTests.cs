using System.Security.Cryptography;
using System.Text;
using Interop.Demo;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Tests.Security;

/// <summary>Every way in which a token can be wrong: 401, an OperationOutcome, WWW-Authenticate and an audit row.</summary>
public sealed class TokenTests(SharedScene scene) : SharedSceneTests(scene)
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    public static TheoryData<string> Wrong =>
    [
        "expired", "not yet valid", "no expiry", "unsigned", "HMAC with the public key", "other key", "foreign issuer", "other audience",
        "no audience",
        "other type", "tampered payload", "no client", "no agency", "agency that is no organization", "garbage", "empty",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_token_is_refused_with_a_reason_and_written_down(string fault)
    {
        var before = await RefusalsAsync();
        using var client = Server.WithToken(Token(fault));

        using var response = await client.GetAsync("Patient/x");

        var issue = await response.OutcomeAsync(401);
        Assert.Equal("login", issue.GetProperty("code").GetString());
        Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(before + 1, await RefusalsAsync());
    }

    [Fact]
    public async Task A_request_without_a_token_is_challenged()
    {
        using var client = Server.WithToken(null);

        using var response = await client.GetAsync("Patient/x");

        await response.OutcomeAsync(401);
        Assert.Equal("Bearer realm=\"interop\"", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_token_of_an_agency_that_its_issuer_may_not_speak_for_is_refused()
    {
        await using var narrow = await RunningServer.StartAsync(null, null, "--Interop:Issuers:0:Agencies:0=city-hospital");
        using var client = narrow.As(Navigator);

        using var response = await client.GetAsync("Patient/x");

        await response.OutcomeAsync(401);
    }

    [Theory]
    [InlineData("", "Patient/x", "GET")]
    [InlineData("system/Observation.rs", "Patient/x", "GET")]
    [InlineData("system/Patient.s", "Patient/x", "GET")]
    [InlineData("system/Patient.r", "Patient", "GET")]
    [InlineData("system/Patient.rs?nonsense=a", "Patient/x", "GET")]
    [InlineData("patient/Patient.rs", "Patient/x", "GET")]
    [InlineData("system/Patient.rs", "Patient", "POST")]
    [InlineData("system/Patient.sr", "Patient/x", "GET")]
    public async Task A_missing_or_unknown_scope_is_forbidden_and_written_down(string scope, string path, string method)
    {
        var before = await RefusalsAsync();
        using var client = Server.As(Navigator with { Scope = scope });

        using var response = method == "GET" ? await client.GetAsync(path) : await client.PostFhirAsync(path, Fixtures.Patient("x"));

        var issue = await response.OutcomeAsync(403);
        Assert.Equal("forbidden", issue.GetProperty("code").GetString());
        Assert.Contains("insufficient_scope", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(before + 1, await RefusalsAsync());
    }

    [Fact]
    public async Task Version_one_scopes_are_understood()
    {
        using var client = Server.As(Navigator with { Scope = "user/*.read" });

        using var found = await client.GetAsync("Organization/crisis-program");
        using var refused = await client.PostFhirAsync("Patient", Fixtures.Patient("x"));

        Assert.Equal(200, (int)found.StatusCode);
        await refused.OutcomeAsync(403);
    }

    private async Task<int> RefusalsAsync()
    {
        return (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Count(entry => entry.Row.Outcome == "deny");
    }

    private string? Token(string fault)
    {
        var issuer = Server.Issuer;
        var now = DateTimeOffset.UtcNow;
        var hour = TimeSpan.FromHours(1);
        var claims = LoopbackIssuer.Claims(Navigator);
        switch (fault)
        {
            case "expired":
                return issuer.Token(claims, now - hour, TimeSpan.FromMinutes(30));
            case "not yet valid":
                claims["nbf"] = (now + hour).ToUnixTimeSeconds();
                return issuer.Token(claims, now, hour + hour);
            case "no client":
                claims.Remove("client_id");
                return issuer.Token(claims, now, hour);
            case "no agency":
                claims.Remove("agency");
                return issuer.Token(claims, now, hour);
            case "agency that is no organization":
                claims["agency"] = "Patient/x";
                return issuer.Token(claims, now, hour);
            case "other audience":
                return issuer.Token(claims, now, hour, audience: "elsewhere");
            case "no audience":
                return issuer.Token(claims, now, hour, audience: null);
            case "other type":
                return issuer.Token(claims, now, hour, type: "JWT");
            case "garbage":
                return "a.b.c";
            case "empty":
                return ".";
            default:
                return Forged(fault, issuer, claims, now, hour);
        }
    }

    private static string Forged(string fault, LoopbackIssuer issuer, Dictionary<string, object> claims, DateTimeOffset now, TimeSpan life)
    {
        var good = issuer.Token(claims, now, life);
        var parts = good.Split('.');
        switch (fault)
        {
            case "tampered payload":
                var payload = Base64UrlEncoder.Decode(parts[1]).Replace("navigator", "privacy-officer", StringComparison.Ordinal);
                return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
            case "unsigned":
                return $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")}.{parts[1]}.";
            case "HMAC with the public key":
                var key = ((RsaSecurityKey)issuer.Credentials.Key).Rsa.ExportSubjectPublicKeyInfo();
                var head = Base64UrlEncoder.Encode($"{{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"{issuer.Credentials.Key.KeyId}\"}}");
                var mac = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{head}.{parts[1]}"));
                return $"{head}.{parts[1]}.{Base64UrlEncoder.Encode(mac)}";
            case "no expiry":
                return Signed(issuer.Authority, claims, issuer.Credentials, expires: null);
            case "other key":
                using (var rsa = RSA.Create(2048))
                {
                    return Signed(
                        issuer.Authority,
                        claims,
                        new(new RsaSecurityKey(rsa) { KeyId = issuer.Credentials.Key.KeyId }, SecurityAlgorithms.RsaSha256),
                        now + life);
                }

            case "foreign issuer":
                return Signed("http://127.0.0.1:9/elsewhere", claims, issuer.Credentials, now + life);
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault.");
        }
    }

    private static string Signed(
        string issuer, Dictionary<string, object> claims, SigningCredentials credentials, DateTimeOffset? expires) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = LoopbackIssuer.Audience,
            Expires = expires?.UtcDateTime,
            Claims = claims,
            TokenType = "at+jwt",
            SigningCredentials = credentials,
        });
}
