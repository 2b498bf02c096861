using System.Net;
using Interop.Identity.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests.Credentials;

/// <summary>SMART Backend Services: what client_credentials gives, and to whom.</summary>
public abstract class ClientCredentialsTests(DatabaseKind database) : BackendTests(database)
{
    [Theory]
    [InlineData("RS384")]
    [InlineData("ES384")]
    public async Task A_client_gets_a_token_of_five_minutes_with_the_agreed_claims(string algorithm)
    {
        var other = await Registered.BackendAsync(issuer, algorithm == "RS384" ? ClientKey.Rsa() : ClientKey.Ec(), "other");

        var answer = await other.TokenAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("Bearer", "300", "system/Patient.rs"), (answer["token_type"], answer["expires_in"], answer["scope"]));
        var token = new JsonWebToken(answer.AccessToken);
        Assert.Equal(("at+jwt", "RS256"), (token.Typ, token.Alg));
        Assert.Equal((issuer.Issuer, RunningIssuer.Audience), (token.Issuer, Assert.Single(token.Audiences)));
        Assert.Equal(TimeSpan.FromMinutes(5), token.ValidTo - token.IssuedAt);
        Assert.Equal(token.IssuedAt, token.ValidFrom);
        Assert.NotEmpty(token.Id);
        Assert.Equal(("other", "other"), (token.GetClaim("client_id").Value, token.Subject));
        Assert.Equal("Organization/general-hospital", token.GetClaim("agency").Value);
        Assert.Equal(["TREAT", "COC"], token.GetPayloadValue<string[]>("purpose_of_use"));
        Assert.Equal(["clinician"], token.GetPayloadValue<string[]>("roles"));
    }

    [Fact]
    public async Task The_published_keys_verify_the_token()
    {
        var token = (await client.TokenAsync()).AccessToken;

        var keys = new JsonWebKeySet(await issuer.Http.GetStringAsync("/jwks"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = RunningIssuer.Audience,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["RS256"],
            IssuerSigningKeys = keys.Keys,
        });
        Assert.True(result.IsValid);
        Assert.All(keys.Keys, key => Assert.False(key.HasPrivateKey));
    }

    private const string Saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";

    public static TheoryData<string, string?, HttpStatusCode, string> WrongForms => new()
    {
        { "grant_type", "password", HttpStatusCode.BadRequest, "unsupported_grant_type" },
        { "grant_type", "implicit", HttpStatusCode.BadRequest, "unsupported_grant_type" },
        { "grant_type", null, HttpStatusCode.BadRequest, "invalid_request" },
        { "client_assertion_type", Saml, HttpStatusCode.Unauthorized, "invalid_client" },
        { "client_assertion_type", null, HttpStatusCode.Unauthorized, "invalid_client" },
        { "client_assertion", null, HttpStatusCode.Unauthorized, "invalid_client" },
        { "client_id", "other", HttpStatusCode.Unauthorized, "invalid_client" },
        { "client_secret", "guess", HttpStatusCode.Unauthorized, "invalid_client" },
        { "scope", null, HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "system/Patient.cruds", HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "system/Patient.rs system/Consent.u", HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "user/Patient.rs", HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "offline_access", HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "system/Patient.sr", HttpStatusCode.BadRequest, "invalid_scope" },
        { "scope", "system/Patient.rs\nsystem/Consent.rs", HttpStatusCode.BadRequest, "invalid_scope" },
        { "purpose_of_use", "BTG", HttpStatusCode.BadRequest, "invalid_scope" },
    };

    [Theory]
    [MemberData(nameof(WrongForms))]
    public async Task A_wrong_form_is_refused(string name, string? value, HttpStatusCode status, string error)
    {
        var answer = await client.TokenAsync(changed: (name, value));

        Assert.Equal((status, error), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task A_parameter_may_not_come_twice()
    {
        var answer = await issuer.PostAsync(
            "/token", [("grant_type", "client_credentials"), ("scope", "system/Patient.rs"), ("scope", "system/*.cruds")]);

        Assert.Equal("invalid_request", answer["error"]);
    }

    [Fact]
    public async Task A_narrower_query_is_covered_and_a_purpose_can_be_chosen()
    {
        var answer = await client.TokenAsync(
            changed: [("scope", "system/Observation.r?category=vital-signs cad.write"), ("purpose_of_use", "COC")]);

        Assert.Equal("system/Observation.r?category=vital-signs cad.write", answer["scope"]);
        Assert.Equal(["COC"], new JsonWebToken(answer.AccessToken).GetPayloadValue<string[]>("purpose_of_use"));
    }

    [Fact]
    public async Task A_scope_registered_with_a_query_does_not_cover_more()
    {
        var narrow = await Registered.BackendAsync(issuer, clientId: "narrow", scopes: "system/Observation.rs?category=vital-signs");

        Assert.Equal("invalid_scope", (await narrow.TokenAsync(changed: ("scope", "system/Observation.rs")))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await narrow.TokenAsync(changed: ("scope", "system/Observation.r?category=vital-signs"))).Status);
    }

    [Fact]
    public async Task A_revoked_client_gets_nothing()
    {
        Assert.True(await issuer.Get<ClientStore>().RevokeAsync(client.ClientId, CancellationToken.None));

        Assert.Equal("invalid_client", (await client.TokenAsync())["error"]);
    }

    [Fact]
    public async Task A_sandbox_client_has_it_in_its_token()
    {
        var sandbox = await Registered.BackendAsync(issuer, clientId: "sandbox", isSandbox: true);

        Assert.True(new JsonWebToken((await sandbox.TokenAsync()).AccessToken).GetPayloadValue<bool>("sandbox"));
    }

    [Fact]
    public async Task Keys_by_URL_are_cached_and_asked_again_for_an_unknown_kid()
    {
        var (first, second) = (ClientKey.Ec("one"), ClientKey.Ec("two"));
        var (jwks, fetches) = (first.Jwks, 0);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var host = builder.Build();
        host.Urls.Add("http://127.0.0.1:0");
        host.MapGet("/jwks", () =>
        {
            fetches++;
            return Results.Text(jwks, "application/json");
        });
        await host.StartAsync();
        var remote = await Registered.BackendAsync(issuer, first, "remote", jwksUri: host.Urls.First() + "/jwks");

        Assert.Equal(HttpStatusCode.OK, (await remote.TokenAsync()).Status);
        Assert.Equal(HttpStatusCode.OK, (await remote.TokenAsync()).Status);
        Assert.Equal(1, fetches);

        jwks = second.Jwks;
        var rolled = remote with { Key = second };
        Assert.Equal("invalid_client", (await rolled.TokenAsync())["error"]); // too soon after the last look
        issuer.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(HttpStatusCode.OK, (await rolled.TokenAsync()).Status);
        Assert.Equal(2, fetches);
        Assert.Equal("invalid_client", (await remote.TokenAsync())["error"]);
    }
}
