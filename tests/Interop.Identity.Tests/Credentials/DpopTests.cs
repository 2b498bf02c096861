using System.Net;
using System.Net.Http.Headers;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests.Credentials;

/// <summary>DPoP, RFC 9449.</summary>
public abstract class DpopTests(DatabaseKind database) : IAsyncLifetime
{
    private readonly ClientKey key = ClientKey.Ec("dpop", "ES256");
    private RunningIssuer issuer = null!;
    private Registered client = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(database);
        client = await Registered.BackendAsync(issuer);
    }

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_token_asked_for_with_a_proof_is_bound_to_its_key(string algorithm)
    {
        var own = algorithm == "ES256" ? key : ClientKey.Rsa("dpop", "RS256");

        var answer = await client.TokenAsync(client.Proof(own));

        Assert.Equal("DPoP", answer["token_type"]);
        var confirmation = new JsonWebToken(answer.AccessToken).GetPayloadValue<Dictionary<string, string>>("cnf");
        Assert.Equal(own.Thumbprint, confirmation["jkt"]);
        var told = await client.PostAsync(issuer, "/introspect", new() { ["token"] = answer.AccessToken });
        Assert.Equal(own.Thumbprint, told.Json.GetProperty("cnf").GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task A_client_marked_so_must_send_a_proof()
    {
        var strict = await Registered.BackendAsync(issuer, clientId: "strict", requiresDpop: true);

        Assert.Equal("invalid_dpop_proof", (await strict.TokenAsync())["error"]);
        Assert.Equal("DPoP", (await strict.TokenAsync(strict.Proof(key)))["token_type"]);
    }

    [Fact]
    public async Task A_proof_works_once()
    {
        var proof = client.Proof(key);

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(proof)).Status);
        var again = await client.TokenAsync(proof);
        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_dpop_proof", "The proof was used before."),
            (again.Status, again["error"], again["error_description"]));
    }

    public static TheoryData<string> WrongProofs =>
        [
            "htm",
            "htu",
            "old iat",
            "future iat",
            "no iat",
            "no jti",
            "typ",
            "other key",
            "private key",
            "symmetric",
            "none",
            "no jwk",
            "garbage",
            "two"
        ];

    [Theory]
    [MemberData(nameof(WrongProofs))]
    public async Task A_wrong_proof_is_refused(string wrong)
    {
        var answer = await client.TokenAsync(Wrong(wrong));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_dpop_proof"), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task Query_and_fragment_of_htu_do_not_count()
    {
        var proof = client.Proof(key, new() { ["htu"] = issuer.Issuer + "/token?x=1#y" });

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(proof)).Status);
    }

    [Fact]
    public async Task The_refresh_token_of_a_public_app_is_bound_to_the_key()
    {
        var app = await Registered.AppAsync(issuer);
        await using var browser = Browser.At(issuer);
        var tokens = await CodeFlow.TokensAsync(app, await Person.AddAsync(issuer), browser, client.Proof(key));
        Assert.Equal("DPoP", tokens["token_type"]);

        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
        Assert.Equal(
            "invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, app.Proof(ClientKey.Ec("x", "ES256"))))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, app.Proof(key))).Status);
    }

    [Fact]
    public async Task A_code_asked_for_with_dpop_jkt_is_bound_to_that_key()
    {
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        await using var browser = Browser.At(issuer);
        var flow = new CodeFlow(app);

        var code = await flow.CodeAsync(person, browser, ("dpop_jkt", key.Thumbprint));
        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code, app.Proof(ClientKey.Ec("x", "ES256"))))["error"]);
        code = await flow.CodeAsync(person, browser, ("dpop_jkt", key.Thumbprint));
        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code))["error"]);
        code = await flow.CodeAsync(person, browser, ("dpop_jkt", key.Thumbprint));
        Assert.Equal(HttpStatusCode.OK, (await flow.RedeemAsync(code, app.Proof(key))).Status);
    }

    [Fact]
    public async Task A_bound_token_is_taken_with_a_proof_of_that_key_and_that_token_only()
    {
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        await using var browser = Browser.At(issuer);
        var token = (await CodeFlow.TokensAsync(app, person, browser, client.Proof(key))).AccessToken;
        var bearer = (await CodeFlow.TokensAsync(app, person, browser)).AccessToken;
        string Proof(ClientKey with, string? of, Dictionary<string, object?>? changed = null) =>
            with.Proof("GET", issuer.Issuer + "/userinfo", issuer.Clock.GetUtcNow(), of, changed);

        Assert.Equal(HttpStatusCode.OK, await UserInfoAsync("DPoP", token, Proof(key, token)));
        Assert.Equal(HttpStatusCode.OK, await UserInfoAsync("Bearer", bearer, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("Bearer", token, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("Bearer", token, Proof(key, token)));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP", token, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP", bearer, Proof(key, bearer)));
        Assert.Equal(HttpStatusCode.BadRequest, await UserInfoAsync("DPoP", token, Proof(key, bearer)));
        Assert.Equal(HttpStatusCode.BadRequest, await UserInfoAsync("DPoP", token, Proof(key, null)));
        Assert.Equal(HttpStatusCode.BadRequest, await UserInfoAsync("DPoP", token, Proof(key, token, new() { ["htm"] = "POST" })));
        var other = ClientKey.Ec("x", "ES256");
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP", token, Proof(other, token)));
    }

    private async Task<HttpStatusCode> UserInfoAsync(string scheme, string token, string? proof)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        using var response = await issuer.Http.SendAsync(request);
        return response.StatusCode;
    }

    private string Wrong(string wrong)
    {
        var now = issuer.Clock.GetUtcNow();
        var url = issuer.Issuer + "/token";
        return wrong switch
        {
            "htm" => client.Proof(key, new() { ["htm"] = "GET" }),
            "htu" => client.Proof(key, new() { ["htu"] = "https://other.example/token" }),
            "old iat" => client.Proof(key, new() { ["iat"] = now.AddSeconds(-62).ToUnixTimeSeconds() }),
            "future iat" => client.Proof(key, new() { ["iat"] = now.AddSeconds(62).ToUnixTimeSeconds() }),
            "no iat" => client.Proof(key, new() { ["iat"] = null }),
            "no jti" => client.Proof(key, new() { ["jti"] = null }),
            "typ" => key.Proof("POST", url, now, type: "JWT"),
            "other key" => key.Proof("POST", url, now, jwk: ClientKey.Ec("x", "ES256").PublicJson(withKid: false)),
            "private key" =>
                key.Proof("POST", url, now, jwk: new Dictionary<string, object>(key.PublicJson(withKid: false)) { ["d"] = "AQAB" }),
            "symmetric" => key.Proof("POST", url, now, jwk: new Dictionary<string, object> { ["kty"] = "oct", ["k"] = "c2VjcmV0" }),
            "none" =>
                Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode("""{"alg":"none","typ":"dpop+jwt","jwk":"""
                    + """{"kty":"oct","k":"c2VjcmV0"}}""") + "." + client.Proof(key).Split('.')[1] + ".",
            "no jwk" => key.Proof("POST", url, now, jwk: "none"),
            "garbage" => "garbage",
            "two" => client.Proof(key) + "," + client.Proof(key),
            _ => throw new InvalidOperationException(wrong),
        };
    }
}
