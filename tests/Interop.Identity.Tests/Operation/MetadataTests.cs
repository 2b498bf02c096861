using System.Net;
using System.Text.Json;

namespace Interop.Identity.Tests.Operation;

/// <summary>Discovery, security headers, and settings that stop the process.</summary>
public sealed class MetadataTests : IAsyncLifetime
{
    private RunningIssuer issuer = null!;

    public async Task InitializeAsync() => issuer = await RunningIssuer.StartAsync();

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/smart-configuration")]
    public async Task Discovery_offers_what_there_is_and_nothing_weaker(string path)
    {
        var metadata = await issuer.GetJsonAsync(path);
        List<string?> List(string name) => [.. metadata.GetProperty(name).EnumerateArray().Select(value => value.GetString())];

        Assert.Equal(issuer.Issuer, metadata.GetProperty("issuer").GetString());
        Assert.Equal(["code"], List("response_types_supported"));
        Assert.Equal(["S256"], List("code_challenge_methods_supported"));
        Assert.Equal(["authorization_code", "refresh_token", "client_credentials"], List("grant_types_supported"));
        Assert.Equal(["private_key_jwt", "none"], List("token_endpoint_auth_methods_supported"));
        Assert.Equal(["RS384", "ES384"], List("token_endpoint_auth_signing_alg_values_supported"));
        Assert.False(metadata.TryGetProperty("registration_endpoint", out _));
        foreach (var name
            in (string[])["authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"])
        {
            Assert.StartsWith(issuer.Issuer + "/", metadata.GetProperty(name).GetString()!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SMART_configuration_names_the_capabilities()
    {
        var capabilities =
            (await issuer.GetJsonAsync("/.well-known/smart-configuration")).GetProperty("capabilities").Deserialize<string[]>()!;

        Assert.Equal(
            [
                "authorize-post", "client-confidential-asymmetric", "client-public", "context-banner", "context-ehr-encounter",
                "context-ehr-patient",
                "context-standalone-encounter", "context-standalone-patient", "launch-ehr", "launch-standalone", "permission-offline",
                "permission-online",
                "permission-patient", "permission-user", "permission-v1", "permission-v2", "sso-openid-connect",
            ],
            capabilities.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/jwks")]
    [InlineData("/nothing")]
    [InlineData("/userinfo")]
    [InlineData("/authorize")]
    public async Task Every_answer_has_the_security_headers(string path)
    {
        using var response = await issuer.Http.GetAsync(path);

        string Header(string name) => string.Join(',', response.Headers.GetValues(name));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Contains("default-src 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Forms_may_lead_on_to_the_client_that_asked_and_to_nobody_else()
    {
        var app = await Registered.AppAsync(issuer);
        await using var browser = Browser.At(issuer);

        await browser.OpenAsync(new CodeFlow(app).Link());

        Assert.EndsWith(
            "form-action 'self' https://app.example",
            string.Join(',', browser.Last.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_answers_are_not_kept_by_caches()
    {
        using var response = await issuer.Http.PostAsync("/token", new FormUrlEncodedContent([]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_token_is_not_kept_by_caches_of_HTTP_1_0_either()
    {
        var backend = await Registered.BackendAsync(issuer);
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("scope", "system/Patient.rs"),
            KeyValuePair.Create("client_assertion_type", Clients.ClientAuthentication.AssertionType),
            KeyValuePair.Create("client_assertion", backend.Assertion()),
        ]);

        using var response = await issuer.Http.PostAsync("/token", form);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("no-cache", Assert.Single(response.Headers.Pragma).Name); // RFC 6749 section 5.1
    }

    [Fact]
    public void The_database_is_readable_by_its_owner_only()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(issuer.Settings.SqlitePath!));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(issuer.Settings.KeyFolder));
        }
    }

    [Theory]
    [InlineData("--Identity:Issuer=http://issuer.example", "Identity:Issuer must use https")]
    [InlineData("--Identity:Issuer=nonsense", "Identity:Issuer must be an absolute URL")]
    [InlineData("--Identity:FhirUrl=http://fhir.example/fhir", "Identity:FhirUrl must use https")]
    [InlineData("--Identity:Database=mysql:x", "Identity:Database must be sqlite:PATH")]
    [InlineData("--Identity:Database=postgres:nonsense", "Identity:Database has a connection string")]
    [InlineData("--Identity:Database=postgres:Host=127.0.0.1", "Identity:KeyFolder is required with PostgreSQL")]
    [InlineData("--Identity:Audience=", "Identity:Audience must not be empty")]
    [InlineData("--Identity:RequestsPerMinute=none", "Identity:RequestsPerMinute must be")]
    [InlineData("--Identity:RequiresSecondFactor=perhaps", "Identity:RequiresSecondFactor must be")]
    [InlineData("--Identity:BreachedPasswords=/nowhere/at/all", "Identity:BreachedPasswords names a file")]
    public void A_wrong_setting_stops_the_process_with_a_sentence(string setting, string sentence)
    {
        var wrong = Assert.Throws<SettingsException>(() => InteropIdentity.Build([setting]));

        Assert.StartsWith(sentence, wrong.Message, StringComparison.Ordinal);
    }
}
