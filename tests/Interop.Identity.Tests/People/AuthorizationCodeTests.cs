using System.Net;
using Interop.Identity.Clients;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests.People;

/// <summary>SMART App Launch: authorization_code with PKCE, refresh, reuse, revocation, introspection.</summary>
public abstract class AuthorizationCodeTests(DatabaseKind database) : BrowserTests(database)
{
    [Fact]
    public async Task A_person_signs_in_consents_and_the_app_gets_tokens_with_the_agreed_claims()
    {
        var flow = new CodeFlow(app);
        var back = CodeFlow.Back(await person.AllowAsync(browser, flow.Link()));

        Assert.Equal((flow.State, issuer.Issuer), (back["state"], back["iss"]));
        var answer = await flow.RedeemAsync(back["code"]);
        var access = new JsonWebToken(answer.AccessToken);
        Assert.Equal(("app", "account-ana", "Organization/general-hospital", "Practitioner/ana"),
            (access.GetClaim("client_id").Value, access.Subject, access.GetClaim("agency").Value, access.GetClaim("fhirUser").Value));
        Assert.Equal(["TREAT"], access.GetPayloadValue<string[]>("purpose_of_use"));
        Assert.Equal(["clinician"], access.GetPayloadValue<string[]>("roles"));
        Assert.False(access.TryGetClaim("patient", out _));
        Assert.NotNull(answer["refresh_token"]);
        var identity = new JsonWebToken(answer["id_token"]);
        Assert.Equal(
            ("account-ana", "app", "n-1"), (identity.Subject, Assert.Single(identity.Audiences), identity.GetClaim("nonce").Value));
        Assert.Equal(["pwd", "otp", "mfa"], identity.GetPayloadValue<string[]>("amr"));
        Assert.True(identity.TryGetClaim("auth_time", out _));
        Assert.Equal(RunningIssuer.Fhir + "/Practitioner/ana", identity.GetClaim("fhirUser").Value);
    }

    [Fact]
    public async Task A_confidential_app_proves_itself_at_the_token_endpoint()
    {
        var confidential = await Registered.AppAsync(issuer, ClientKey.Ec(), "confidential");
        var flow = new CodeFlow(confidential);
        var code = await flow.CodeAsync(person, browser);

        var bare = await flow.RedeemAsync(
            code, changed: [("client_assertion", null), ("client_assertion_type", null), ("client_id", "confidential")]);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (bare.Status, bare["error"]));
        Assert.Equal(HttpStatusCode.OK, (await flow.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task The_patient_is_told_where_the_app_asks_for_it()
    {
        var answer = await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "launch/patient patient/Observation.rs"));

        Assert.Equal("patient-1", answer["patient"]);
        Assert.Equal("patient-1", new JsonWebToken(answer.AccessToken).GetClaim("patient").Value);
        Assert.Null(answer["refresh_token"]);
        Assert.Null(answer["id_token"]);
    }

    public static TheoryData<string, string?, string> WrongRequests => new()
    {
        { "code_challenge", null, "invalid_request" },
        { "code_challenge", "short", "invalid_request" },
        { "code_challenge_method", "plain", "invalid_request" },
        { "code_challenge_method", null, "invalid_request" },
        { "response_type", "token", "unsupported_response_type" },
        { "response_type", "code id_token", "unsupported_response_type" },
        { "response_type", null, "invalid_request" },
        { "response_mode", "fragment", "invalid_request" },
        { "state", null, "invalid_request" },
        { "scope", null, "invalid_scope" },
        { "scope", "user/*.cruds", "invalid_scope" },
        { "scope", "system/*.rs", "invalid_scope" },
        { "scope", "openid user/Patient.rs admin", "invalid_scope" },
        { "aud", "https://other.example/fhir", "invalid_target" },
        { "aud", null, "invalid_target" },
        { "purpose_of_use", "BTG", "invalid_scope" },
        { "request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported" },
        { "request_uri", "https://other.example/request", "request_uri_not_supported" },
        { "launch", "anything", "invalid_request" },
        { "prompt", "none", "login_required" },
    };

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public async Task A_wrong_request_goes_back_to_the_app_with_the_error_state_and_issuer(string name, string? value, string error)
    {
        var flow = new CodeFlow(app);

        var back = CodeFlow.Back(await browser.OpenAsync(flow.Link((name, value))));

        Assert.Equal((error, issuer.Issuer), (back["error"], back["iss"]));
        Assert.Equal(name == "state" ? null : flow.State, back.GetValueOrDefault("state"));
        Assert.False(back.ContainsKey("code"));
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/callback")]
    [InlineData("redirect_uri", "https://app.example/callback/")]
    [InlineData("redirect_uri", "https://app.example/callback?x=1")]
    [InlineData("redirect_uri", "https://app.example/CALLBACK")]
    [InlineData("redirect_uri", "https://app.example.evil.example/callback")]
    [InlineData("redirect_uri", "https://app.example/callback/../evil")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", null)]
    public async Task Nothing_is_redirected_where_client_or_redirect_URI_are_in_doubt(string name, string? value)
    {
        var target = await browser.OpenAsync(new CodeFlow(app).Link((name, value)));

        Assert.Null(target);
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
        Assert.Contains(await issuer.TrailAsync(), row => row is { Kind: "authorize", Outcome: "refused" });
    }

    [Fact]
    public async Task A_parameter_that_comes_twice_is_refused()
    {
        var back = CodeFlow.Back(await browser.OpenAsync(new CodeFlow(app).Link() + "&scope=openid"));
        Assert.Equal("invalid_request", back["error"]);

        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link() + "&redirect_uri=https%3A%2F%2Fevil.example"));
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }

    [Theory]
    [InlineData("code_verifier", "wrong-verifier-wrong-verifier-wrong-verifier")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "https://app.example/other")]
    [InlineData("redirect_uri", null)]
    [InlineData("code", "guess")]
    public async Task A_wrong_redemption_gives_nothing(string name, string? value)
    {
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);

        var answer = await flow.RedeemAsync(code, changed: (name, value));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task A_code_is_for_the_client_that_asked()
    {
        var other = await Registered.AppAsync(issuer, clientId: "other");
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);

        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code, changed: ("client_id", other.ClientId)))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await flow.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task A_code_expires_after_a_minute()
    {
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);
        issuer.Clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code))["error"]);
    }

    [Fact]
    public async Task The_second_use_of_a_code_ends_what_the_first_gave()
    {
        var server = await Registered.BackendAsync(issuer, clientId: "fhir-server", scopes: "introspection");
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);
        var first = await flow.RedeemAsync(code);
        Assert.Equal("True", await ActiveAsync(server, first.AccessToken));

        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code))["error"]);

        Assert.Equal("False", await ActiveAsync(server, first.AccessToken));
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, first["refresh_token"]!))["error"]);
    }

    [Fact]
    public async Task A_code_redeemed_many_times_at_once_is_redeemed_once_at_most()
    {
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => flow.RedeemAsync(code)));

        Assert.True(answers.Count(answer => answer.Status == HttpStatusCode.OK) <= 1);
    }

    [Fact]
    public async Task A_refresh_token_is_replaced_each_time_and_its_second_use_ends_the_family()
    {
        var first = await CodeFlow.TokensAsync(app, person, browser);

        var second = await CodeFlow.RefreshAsync(app, first["refresh_token"]!);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first["refresh_token"], second["refresh_token"]);
        var third = await CodeFlow.RefreshAsync(app, second["refresh_token"]!, changed: ("scope", "user/Patient.r"));
        Assert.Equal("user/Patient.r", third["scope"]);

        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, first["refresh_token"]!))["error"]);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, third["refresh_token"]!))["error"]);
    }

    [Fact]
    public async Task A_refresh_never_widens_and_is_for_its_client()
    {
        var other = await Registered.AppAsync(issuer, clientId: "other");
        var tokens = await CodeFlow.TokensAsync(app, person, browser);

        Assert.Equal(
            "invalid_scope", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, changed: ("scope", "user/*.rs")))["error"]);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(other, tokens["refresh_token"]!))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!)).Status);
    }

    [Fact]
    public async Task A_refresh_token_expires_after_two_idle_weeks()
    {
        var tokens = await CodeFlow.TokensAsync(app, person, browser);
        issuer.Clock.Advance(TimeSpan.FromDays(14));

        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
    }

    [Fact]
    public async Task Revoking_a_refresh_token_ends_its_access_tokens_too()
    {
        var server = await Registered.BackendAsync(issuer, clientId: "fhir-server", scopes: "introspection");
        var other = await Registered.AppAsync(issuer, clientId: "other");
        var tokens = await CodeFlow.TokensAsync(app, person, browser);

        Assert.Equal(HttpStatusCode.OK, (await other.PostAsync(issuer, "/revoke", new() { ["token"] = tokens["refresh_token"] })).Status);
        Assert.Equal("True", await ActiveAsync(server, tokens.AccessToken)); // a foreign client revokes nothing
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(issuer, "/revoke", new() { ["token"] = tokens["refresh_token"] })).Status);
        Assert.Equal("False", await ActiveAsync(server, tokens.AccessToken));
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(issuer, "/revoke", new() { ["token"] = "unknown" })).Status);
    }

    [Fact]
    public async Task Introspection_tells_servers_all_clients_their_own_and_others_nothing()
    {
        var server = await Registered.BackendAsync(issuer, clientId: "fhir-server", scopes: "introspection");
        var backend = await Registered.BackendAsync(issuer, clientId: "backend");
        var token = (await backend.TokenAsync()).AccessToken;

        var told = await server.PostAsync(issuer, "/introspect", new() { ["token"] = token });
        Assert.Equal(
            ("True", "backend", "system/Patient.rs", "Organization/general-hospital"),
            (told["active"], told["client_id"], told["scope"], told["agency"]));
        Assert.Equal("True", await ActiveAsync(backend, token));
        var stranger = await Registered.BackendAsync(issuer, clientId: "stranger");
        Assert.Equal(
            """{"active":false}""", (await stranger.PostAsync(issuer, "/introspect", new() { ["token"] = token })).Json.GetRawText());
        Assert.Equal("invalid_client", (await app.PostAsync(issuer, "/introspect", new() { ["token"] = token }))["error"]);

        Assert.Equal(HttpStatusCode.OK, (await backend.PostAsync(issuer, "/revoke", new() { ["token"] = token })).Status);
        Assert.Equal("False", await ActiveAsync(server, token));
        var second = (await backend.TokenAsync()).AccessToken;
        issuer.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("False", await ActiveAsync(server, second));
        Assert.Equal("False", await ActiveAsync(server, "not.a.token"));
        var third = (await backend.TokenAsync()).AccessToken;
        Assert.Equal("True", await ActiveAsync(server, third));
        await issuer.Get<ClientStore>().RevokeAsync("backend", CancellationToken.None);
        Assert.Equal("False", await ActiveAsync(server, third));
    }

    [Fact]
    public async Task A_token_of_another_audience_kind_or_issuer_is_none_here()
    {
        await using var elsewhere = await RunningIssuer.StartAsync(issuer, "--Identity:Audience=other");
        await using var stranger = await RunningIssuer.StartAsync(kind);
        var foreign = await Registered.AppAsync(stranger);
        var own = await CodeFlow.TokensAsync(app, person, browser);
        await using var strangersBrowser = Browser.At(stranger);
        var flow = new CodeFlow(app);
        string[] tokens =
        [
            (await flow.RedeemAsync(await flow.CodeAsync(person, browser), at: elsewhere)).AccessToken,
            own["id_token"]!,
            own["refresh_token"]!,
            (await CodeFlow.TokensAsync(foreign, await Person.AddAsync(stranger), strangersBrowser)).AccessToken,
        ];
        var server = await Registered.BackendAsync(issuer, clientId: "fhir-server", scopes: "introspection");

        Assert.Equal(("True", HttpStatusCode.OK), (await ActiveAsync(server, own.AccessToken), await UserInfoAsync(own.AccessToken)));
        foreach (var token in tokens)
        {
            Assert.Equal(("False", HttpStatusCode.Unauthorized), (await ActiveAsync(server, token), await UserInfoAsync(token)));
        }
    }

    [Fact]
    public async Task A_person_of_another_agency_may_not_use_the_client()
    {
        var stranger = await Person.AddAsync(issuer, "bo", agency: "Organization/police");

        Assert.Equal("access_denied", CodeFlow.Back(await stranger.AllowAsync(browser, new CodeFlow(app).Link()))["error"]);
    }

    [Fact]
    public async Task No_is_told_to_the_app_and_what_was_allowed_is_not_asked_again()
    {
        await person.AllowAsync(browser, "/account");
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link()));
        Assert.StartsWith("/consent", browser.Path, StringComparison.Ordinal);
        Assert.Contains("Ana &lt;Lima&gt;", browser.Html, StringComparison.Ordinal);
        Assert.Equal("access_denied", CodeFlow.Back(await browser.SubmitAsync(("Decision", "deny")))["error"]);
        Assert.Equal("consent_required", CodeFlow.Back(await browser.OpenAsync(new CodeFlow(app).Link(("prompt", "none"))))["error"]);

        await person.AllowAsync(browser, new CodeFlow(app).Link());
        Assert.Contains("code", CodeFlow.Back(await browser.OpenAsync(new CodeFlow(app).Link(("prompt", "none")))).Keys);
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link(("prompt", "consent"))));
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link(("scope", "openid user/Task.rs"))));
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link(("prompt", "login"))));
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consent_cannot_be_given_by_another_site()
    {
        await person.AllowAsync(browser, "/account");
        var link = new CodeFlow(app).Link();

        Assert.Null(await browser.PostAsync("/consent" + link[link.IndexOf('?', StringComparison.Ordinal)..], ("Decision", "allow")));

        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }

    [Fact]
    public async Task The_authorization_request_may_come_by_POST()
    {
        var link = new CodeFlow(app).Link();
        var fields = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link[link.IndexOf('?', StringComparison.Ordinal)..]);

        await browser.PostAsync("/authorize", [.. fields.Select(field => (field.Key, field.Value.ToString()))]);

        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
    }

    private async Task<string?> ActiveAsync(Registered asking, string token) =>
        (await asking.PostAsync(issuer, "/introspect", new() { ["token"] = token }))["active"];

    private async Task<HttpStatusCode> UserInfoAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await issuer.Http.SendAsync(request);
        return response.StatusCode;
    }
}
