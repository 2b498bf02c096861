using System.Net;
using Interop.Identity.Clients;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Web pages of registered clients may read what the endpoints for them answer; others may not (CORS).</summary>
public abstract class OriginTests(DatabaseKind database) : IAsyncLifetime
{
    private const string Origin = "https://app.example";
    private RunningIssuer issuer = null!;

    public static TheoryData<string> Open => ["/token", "/revoke", "/userinfo"];

    /// <summary>
    /// What everybody may know: SMART 2.2,
    /// https://hl7.org/fhir/smart-app-launch/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support.
    /// </summary>
    public static TheoryData<string> Public =>
        ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/smart-configuration"];

    public static TheoryData<string> Closed =>
        ["/authorize", "/introspect", "/launch", "/sign-in", "/consent", "/account", "/revocations?after=x", "/health/live"];

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(database);
        await Registered.AppAsync(issuer);
    }

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Theory]
    [MemberData(nameof(Open))]
    public async Task A_preflight_from_a_registered_origin_is_answered(string path)
    {
        using var response = await PreflightAsync(path, Origin);

        Assert.Equal((HttpStatusCode.NoContent, Origin), (response.StatusCode, Header(response, "Access-Control-Allow-Origin")));
        Assert.Contains("POST", Header(response, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.All(
            ["DPoP", "Authorization", "Content-Type"],
            name => Assert.Contains(name, Header(response, "Access-Control-Allow-Headers"), StringComparison.Ordinal));
        Assert.Equal("60", Header(response, "Access-Control-Max-Age"));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
        Assert.Equal("Origin", Header(response, "Vary"));
    }

    [Theory]
    [MemberData(nameof(Open))]
    public async Task An_answer_may_be_read_from_a_registered_origin_though_it_is_a_refusal(string path)
    {
        using var response = await SendAsync(path is "/token" or "/revoke" ? HttpMethod.Post : HttpMethod.Get, path, Origin);

        Assert.Equal(Origin, Header(response, "Access-Control-Allow-Origin"));
        Assert.Contains("WWW-Authenticate", Header(response, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.False(response.IsSuccessStatusCode);
        Assert.Equal("Origin", Header(response, "Vary"));
    }

    [Theory]
    [MemberData(nameof(Public))]
    public async Task Metadata_and_keys_may_be_read_from_any_origin(string path)
    {
        foreach (var origin in (string[])[Origin, "https://elsewhere.example", "null", "http://localhost:3000"])
        {
            using var preflight = await PreflightAsync(path, origin, "GET");
            using var response = await SendAsync(HttpMethod.Get, path, origin);

            Assert.Equal((HttpStatusCode.NoContent, "*"), (preflight.StatusCode, Header(preflight, "Access-Control-Allow-Origin")));
            Assert.Equal("GET", Header(preflight, "Access-Control-Allow-Methods"));
            Assert.Equal((HttpStatusCode.OK, "*"), (response.StatusCode, Header(response, "Access-Control-Allow-Origin")));
            Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
            // without an origin there is no such header, and caches must not give that answer to pages
            Assert.Equal("Origin", Header(response, "Vary"));
        }
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task What_is_not_for_pages_of_others_may_not_be_read(string path)
    {
        using var preflight = await PreflightAsync(path, Origin);
        using var response = await SendAsync(HttpMethod.Get, path, Origin);

        Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Null(Header(response, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("https://app.example.elsewhere.example")]
    [InlineData("https://app.example:8443")]
    [InlineData("http://app.example")]
    [InlineData("https://APP.example")]
    [InlineData("https://app.example/callback")]
    [InlineData("https://app.exampl_")]
    [InlineData("https://%")]
    [InlineData("null")]
    [InlineData("*")]
    [InlineData("https://backend.example")]
    [InlineData("https://confidential.example")]
    public async Task An_origin_that_no_public_client_has_is_answered_without_leave_and_otherwise_alike(string origin)
    {
        await issuer.Get<ClientStore>().AddAsync(
            new("confidential", "C", "Organization/x", [
                Client.AuthorizationCode
            ], ["openid"], [], [], ["https://confidential.example/back"], ClientKey.Ec().Jwks, null, false, false),
            CancellationToken.None);

        using var preflight = await PreflightAsync("/token", origin);
        using var response = await SendAsync(HttpMethod.Get, "/userinfo", origin);
        using var bare = await SendAsync(HttpMethod.Get, "/userinfo", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        Assert.DoesNotContain(
            preflight.Headers.Concat(response.Headers),
            header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(await bare.Content.ReadAsStringAsync(), await response.Content.ReadAsStringAsync());
        Assert.Equal("Origin", Header(bare, "Vary"));
    }

    [Fact]
    public async Task The_origin_of_a_revoked_client_is_no_longer_one()
    {
        await issuer.Get<ClientStore>().RevokeAsync("app", CancellationToken.None);

        using var response = await PreflightAsync("/token", Origin);

        Assert.Null(Header(response, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://App.Example:443/cb", "https://app.example")]
    [InlineData("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000")]
    [InlineData("http://localhost:3000/cb", "http://localhost:3000")]
    public async Task An_origin_is_compared_as_browsers_write_it(string redirect, string origin)
    {
        await issuer.Get<ClientStore>().RevokeAsync("app", CancellationToken.None);
        await issuer.Get<ClientStore>().AddAsync(
            new("page", "P", "Organization/x", [Client.AuthorizationCode], ["openid"], [], [], [redirect], null, null, false, false),
            CancellationToken.None);

        using var response = await PreflightAsync("/token", origin);

        Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task APIs_are_told_whether_an_origin_is_registered()
    {
        var metadata = await issuer.GetJsonAsync("/.well-known/openid-configuration");
        Assert.Equal(issuer.Issuer + "/origins", metadata.GetProperty("interop_origin_endpoint").GetString());

        Assert.True((await issuer.GetJsonAsync("/origins?origin=https%3A%2F%2Fapp.example")).GetProperty("registered").GetBoolean());
        Assert.False((await issuer.GetJsonAsync("/origins?origin=https%3A%2F%2Felsewhere.example")).GetProperty("registered").GetBoolean());
        using var bad = await issuer.Http.GetAsync("/origins");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin, string method = "POST")
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", method == "GET" ? "accept" : "dpop,authorization,content-type");
        return await issuer.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? origin)
    {
        using var request = new HttpRequestMessage(method, path);
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return await issuer.Http.SendAsync(request);
    }
}
