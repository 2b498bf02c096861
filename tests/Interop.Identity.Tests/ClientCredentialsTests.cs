using System.Net;
using System.Security.Cryptography;
using System.Text;
using Interop.Identity.Tables;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests;

/// <summary>SMART Backend Services: client_credentials with private_key_jwt.</summary>
public abstract class ClientCredentialsTests(Database database) : IAsyncLifetime
{
    private RunningIssuer issuer = null!;
    private Registered client = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(database);
        client = await Registered.BackendAsync(issuer);
    }

    public async Task DisposeAsync() => await issuer.DisposeAsync();

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

    private static readonly string[] OfTheClient =
        ["The client is not known", "The assertion's key is not registered", "The assertion's signature does not hold", "The assertion's jku"];

    public static TheoryData<string, string> WrongAssertions => new()
    {
        { "aud", "The assertion's aud" },
        { "aud of two", "The assertion's aud" },
        { "iss", "The assertion's iss and sub" },
        { "sub", "The client is not known" },
        { "no sub", "The client is not known" },
        { "expired", "The assertion has expired" },
        { "no exp", "The assertion has no exp" },
        { "too long", "The assertion must expire within five minutes" },
        { "future iat", "The assertion's iat is in the future" },
        { "future nbf", "The assertion's nbf is in the future" },
        { "no jti", "The assertion needs a jti" },
        { "long jti", "The assertion needs a jti" },
        { "other key", "The assertion's signature does not hold" },
        { "unknown kid", "The assertion's key is not registered" },
        { "no kid", "The assertion's key is not registered" },
        { "none", "The assertion's algorithm" },
        { "hmac with the public key", "The assertion's algorithm" },
        { "RS256", "The assertion's algorithm" },
        { "RS384 with an EC key", "The assertion's key is not registered" },
        { "foreign jku", "The assertion's jku" },
        { "proof as assertion", "The assertion's typ" },
        { "no token", "The assertion is not a JSON Web Token" },
        { "empty signature", "The assertion's signature does not hold" },
    };

    [Theory]
    [MemberData(nameof(WrongAssertions))]
    public async Task A_wrong_assertion_is_refused_and_on_the_trail(string wrong, string reason)
    {
        var answer = await client.TokenAsync(changed: ("client_assertion", Wrong(wrong)));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));

        // What only a registered client could be told stands on the trail alone.
        var told = OfTheClient.Contains(reason) ? "The client is not known, or its assertion does not hold." : reason;
        Assert.StartsWith(told, answer["error_description"]!, StringComparison.Ordinal);
        Assert.Contains(await issuer.TrailAsync(), row => row is { Kind: "token", Outcome: "refused" } && row.Reason!.StartsWith(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("right")]
    [InlineData("other kid")]
    [InlineData("other algorithm")]
    [InlineData("jku")]
    [InlineData("expired")]
    [InlineData("wrong aud")]
    [InlineData("none")]
    [InlineData("bare")]
    [InlineData("secret")]
    public async Task Nobody_learns_which_clients_there_are(string how)
    {
        var stranger = ClientKey.Ec(how == "other kid" ? "other" : client.Key!.Public.Kid);
        stranger = how == "other algorithm" ? ClientKey.Rsa(client.Key!.Public.Kid) : stranger;
        await Registered.BackendAsync(issuer, clientId: "ended");
        await issuer.Get<ClientStore>().RevokeAsync("ended", CancellationToken.None);
        var answers = new HashSet<string>();
        foreach (var id in new[] { client.ClientId, "nobody", "ended" })
        {
            foreach (var endpoint in new[] { "/token", "/introspect", "/revoke", "/launch" })
            {
                var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "system/Patient.rs", ["token"] = "x", ["client_id"] = id };
                if (how == "secret")
                {
                    form["client_secret"] = "x";
                }
                else if (how != "bare")
                {
                    var changed = how switch
                    {
                        "expired" => new Dictionary<string, object?> { ["exp"] = issuer.Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds() },
                        "wrong aud" => new() { ["aud"] = "https://other.example" },
                        _ => null,
                    };
                    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                    form["client_assertion"] = how == "none"
                        ? "eyJhbGciOiJub25lIn0." + Base64UrlEncoder.Encode($"{{\"sub\":\"{id}\"}}") + "."
                        : stranger.Assertion(id, issuer.Issuer, issuer.Clock.GetUtcNow(), changed, headers: how switch { "jku" => new() { ["jku"] = "https://x.example" }, _ => null });
                }

                using var content = new FormUrlEncodedContent(form);
                using var response = await issuer.Http.PostAsync(new Uri(endpoint, UriKind.Relative), content);
                answers.Add($"{(int)response.StatusCode} {response.Content.Headers.ContentType} {await response.Content.ReadAsStringAsync()}");
            }
        }

        Assert.StartsWith("401", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assertion_works_once()
    {
        var assertion = client.Assertion();

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", assertion))).Status);
        var again = await client.TokenAsync(changed: ("client_assertion", assertion));
        Assert.Equal(("invalid_client", "The assertion was used before."), (again["error"], again["error_description"]));
    }

    [Fact]
    public async Task An_assertion_sent_many_times_at_once_works_once()
    {
        var assertion = client.Assertion();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.TokenAsync(changed: ("client_assertion", assertion))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_same_jti_of_two_clients_is_no_replay()
    {
        var other = await Registered.BackendAsync(issuer, clientId: "other");
        var jti = new Dictionary<string, object?> { ["jti"] = "one" };

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", client.Assertion(jti)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.TokenAsync(changed: ("client_assertion", other.Assertion(jti)))).Status);
    }

    [Fact]
    public async Task The_issuer_is_an_audience_too()
    {
        var assertion = client.Assertion(new() { ["aud"] = issuer.Issuer });

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", assertion))).Status);
    }

    public static TheoryData<string, string?, HttpStatusCode, string> WrongForms => new()
    {
        { "grant_type", "password", HttpStatusCode.BadRequest, "unsupported_grant_type" },
        { "grant_type", "implicit", HttpStatusCode.BadRequest, "unsupported_grant_type" },
        { "grant_type", null, HttpStatusCode.BadRequest, "invalid_request" },
        { "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", HttpStatusCode.Unauthorized, "invalid_client" },
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
        var answer = await issuer.PostAsync("/token", [("grant_type", "client_credentials"), ("scope", "system/Patient.rs"), ("scope", "system/*.cruds")]);

        Assert.Equal("invalid_request", answer["error"]);
    }

    [Fact]
    public async Task A_narrower_query_is_covered_and_a_purpose_can_be_chosen()
    {
        var answer = await client.TokenAsync(changed: [("scope", "system/Observation.r?category=vital-signs cad.write"), ("purpose_of_use", "COC")]);

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
        issuer.Clock.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(HttpStatusCode.OK, (await rolled.TokenAsync()).Status);
        Assert.Equal(2, fetches);
        Assert.Equal("invalid_client", (await remote.TokenAsync())["error"]);
    }

    [Fact]
    public async Task Too_many_requests_of_a_client_are_refused()
    {
        await using var strict = await RunningIssuer.StartAsync(database, "--Identity:RequestsPerMinute=4");

        var answers = new List<Answer>();
        for (var request = 0; request < 5; request++)
        {
            answers.Add(await strict.PostAsync("/token", [("client_id", "someone"), ("grant_type", "client_credentials")]));
        }

        Assert.Equal((HttpStatusCode.TooManyRequests, "slow_down"), (answers[^1].Status, answers[^1]["error"]));
        Assert.All(answers[..4], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
    }

    [Fact]
    public async Task An_oversized_body_is_refused()
    {
        using var content = new StringContent("client_assertion=" + new string('a', 100_000), Encoding.ASCII, "application/x-www-form-urlencoded");

        using var response = await issuer.Http.PostAsync("/token", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task The_trail_holds_no_line_break_of_a_request_and_cannot_be_changed()
    {
        await issuer.PostAsync("/token", [("client_id", "evil\r\n2026-01-01 ok"), ("grant_type", "client_credentials")]);

        var row = (await issuer.TrailAsync())[^1];
        Assert.Equal("evil??2026-01-01?ok", row.Client);
        foreach (var sql in (string[])["DELETE FROM security_event", "UPDATE security_event SET outcome = 'ok'"])
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => issuer.Get<IdentityDatabase>().ExecuteAsync(sql, new { }, CancellationToken.None));
        }
    }

    private string Wrong(string wrong)
    {
        var now = issuer.Clock.GetUtcNow();
        var (audience, key) = (issuer.Issuer + "/token", client.Key!);
        string Changed(string name, object? value) => client.Assertion(new() { [name] = value });
        return wrong switch
        {
            "aud" => Changed("aud", "https://other.example/token"),
            "aud of two" => Changed("aud", new[] { audience, "https://other.example/token" }),
            "iss" => Changed("iss", "other"),
            "sub" => Changed("sub", "other"),
            "no sub" => Changed("sub", null),
            "expired" => Changed("exp", now.AddSeconds(-11).ToUnixTimeSeconds()),
            "no exp" => Changed("exp", null),
            "too long" => Changed("exp", now.AddMinutes(6).ToUnixTimeSeconds()),
            "future iat" => Changed("iat", now.AddMinutes(1).ToUnixTimeSeconds()),
            "future nbf" => Changed("nbf", now.AddMinutes(1).ToUnixTimeSeconds()),
            "no jti" => Changed("jti", null),
            "long jti" => Changed("jti", new string('j', 257)),
            "other key" => ClientKey.Ec().Assertion(client.ClientId, audience, now),
            "unknown kid" => ClientKey.Ec("ec-2").Assertion(client.ClientId, audience, now),
            "no kid" => key.Assertion(client.ClientId, audience, now, credentials: new SigningCredentials(new ECDsaSecurityKey(((ECDsaSecurityKey)key.Credentials.Key).ECDsa), "ES384")),
            "none" => Unsigned(client.Assertion()),
            "hmac with the public key" => key.Assertion(
                client.ClientId, audience, now, credentials: new SigningCredentials(new SymmetricSecurityKey(SHA256.HashData(Encoding.UTF8.GetBytes(key.Jwks))) { KeyId = "ec-1" }, "HS256")),
            "RS256" => ClientKey.Rsa("ec-1", "RS256").Assertion(client.ClientId, audience, now),
            "RS384 with an EC key" => ClientKey.Rsa("ec-1").Assertion(client.ClientId, audience, now),
            "foreign jku" => key.Assertion(client.ClientId, audience, now, headers: new() { ["jku"] = "https://other.example/jwks" }),
            "proof as assertion" => key.Assertion(client.ClientId, audience, now, headers: new() { ["typ"] = "dpop+jwt" }),
            "no token" => "not-a-token",
            "empty signature" => client.Assertion()[..(client.Assertion().LastIndexOf('.') + 1)],
            _ => throw new InvalidOperationException(wrong),
        };
    }

    private static string Unsigned(string signed) =>
        Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"ec-1"}""") + "." + signed.Split('.')[1] + ".";
}
