using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Xunit.Abstractions;

namespace Interop.Journeys.Tests;

/// <summary>Server and issuer share no code; here they meet: the API takes what the real issuer gives, and nothing near it.</summary>
public sealed class IssuedTokenTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Organization = """{"resourceType":"Organization","id":"general-hospital","name":"General Hospital"}""";
    private const string Search = "Organization?_count=1";

    private readonly ClientKey key = ClientKey.Ec("dpop", "ES256");
    private RunningIssuer issuer = null!;
    private RunningServer server = null!;
    private Registered client = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync();
        server = await ServerAsync(issuer);
        await server.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Agreement("general-hospital"));
        client = await Registered.BackendAsync(issuer);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_backend_client_gets_a_token_and_is_answered()
    {
        var token = (await client.TokenAsync(changed: ("scope", "system/Organization.rs"))).AccessToken;

        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", token));
        // system/Patient.rs
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(server, "Bearer", (await client.TokenAsync()).AccessToken));
    }

    [Fact]
    public async Task A_token_for_another_audience_or_of_another_issuer_is_refused()
    {
        await using var elsewhere = await RunningIssuer.StartAsync(issuer, "--Identity:Audience=other");
        await using var stranger = await RunningIssuer.StartAsync();
        var other = await Registered.BackendAsync(stranger);

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(
            server, "Bearer", (await client.TokenAsync(at: elsewhere, changed: ("scope", "system/Organization.rs"))).AccessToken));
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await GetAsync(server, "Bearer", (await other.TokenAsync(changed: ("scope", "system/Organization.rs"))).AccessToken));
    }

    [Fact]
    public async Task The_API_tells_clients_where_the_issuer_is_and_what_both_can_do()
    {
        using var http = server.WithToken(null);
        using var document = JsonDocument.Parse(await http.GetStringAsync(".well-known/smart-configuration"));

        Assert.Equal(issuer.Issuer + "/token", document.RootElement.GetProperty("token_endpoint").GetString());
        var capabilities = document.RootElement.GetProperty("capabilities").Deserialize<string[]>()!;
        Assert.Superset(
            new HashSet<string>(["permission-v1", "permission-v2", "permission-patient", "launch-ehr", "context-standalone-encounter"]),
            capabilities.ToHashSet());

        using var statement = JsonDocument.Parse(await http.GetStringAsync("metadata"));
        var security = statement.RootElement.GetProperty("rest")[0].GetProperty("security");
        var places = security.GetProperty("extension")[0].GetProperty("extension").EnumerateArray()
            .ToDictionary(place => place.GetProperty("url").GetString()!, place => place.GetProperty("valueUri").GetString()!);
        Assert.Equal(["authorize", "introspect", "manage", "revoke", "token"], places.Keys.Order());
        Assert.Equal((issuer.Issuer + "/authorize", issuer.Issuer + "/account"), (places["authorize"], places["manage"]));
        Assert.True(security.GetProperty("cors").GetBoolean());
    }

    [Fact]
    public async Task Pages_of_a_registered_app_may_read_the_API_until_the_app_is_revoked()
    {
        await Registered.AppAsync(issuer);
        Assert.Equal(
            ("https://app.example", null), (await LeaveAsync("https://app.example"), await LeaveAsync("https://elsewhere.example")));

        await issuer.Get<ClientStore>().RevokeAsync("app", CancellationToken.None);
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await LeaveAsync("https://app.example"));
    }

    [Fact]
    public async Task A_rotated_key_is_taken_without_a_restart()
    {
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", await TokenAsync()));
        await issuer.Get<SigningKeys>().RotateAsync(atOnce: true, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1.1)); // the server looks again at most once a second

        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", await TokenAsync()));
    }

    [Fact]
    public async Task What_a_leaked_key_signed_is_refused_once_the_key_is_withdrawn()
    {
        var (remembered, unseen) = (await TokenAsync(), await TokenAsync());
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", remembered));
        await issuer.Get<SigningKeys>().RotateAsync(atOnce: true, CancellationToken.None);

        var watch = Stopwatch.StartNew();
        while (await GetAsync(server, "Bearer", remembered) != HttpStatusCode.Unauthorized)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "Bearer", unseen));
        await Task.Delay(TimeSpan.FromSeconds(1.1)); // the server looks for new keys at most once a second
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", await TokenAsync()));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("token")]
    public async Task What_the_issuer_revokes_is_refused_at_once_though_the_API_remembers_the_token(string what)
    {
        var (token, other) = (await TokenAsync(), await TokenAsync());
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", token));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "Bearer", other));

        if (what == "client")
        {
            await issuer.Get<ClientStore>().RevokeAsync(client.ClientId, CancellationToken.None);
        }
        else
        {
            await client.PostAsync(issuer, "/revoke", new() { ["token"] = token });
        }

        var watch = Stopwatch.StartNew();
        while (await GetAsync(server, "Bearer", token) != HttpStatusCode.Unauthorized)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2));
        }

        output.WriteLine($"{what}: refused after {watch.ElapsedMilliseconds} ms");
        Assert.Equal(what == "client" ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, await GetAsync(server, "Bearer", other));
    }

    [Fact]
    public async Task A_bound_token_is_taken_only_with_a_fresh_proof_for_this_very_request()
    {
        var token = await TokenAsync(client.Proof(key));
        string Proof(Dictionary<string, object?>? changed = null, ClientKey? with = null, string? of = null) =>
            (with ?? key).Proof("GET", RunningServer.PublicUrl + "/Organization", server.Clock.GetUtcNow(), of ?? token, changed);

        var proof = Proof();
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "DPoP", token, proof));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", token, proof));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, "DPoP", token, Proof()));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "Bearer", token));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "Bearer", token, Proof()));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", token));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", await TokenAsync(), Proof()));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", token, Proof(with: ClientKey.Ec("x", "ES256"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", token, Proof(of: "another")));
        foreach (var (name, value) in ((string, object?)[])
        [
            ("htm", "POST"), ("htu", RunningServer.PublicUrl + "/Patient"), ("htu", "http://other.test/fhir/Organization"),
            ("iat", server.Clock.GetUtcNow().AddMinutes(-3).ToUnixTimeSeconds()),
            ("jti", null), ("ath", null), ("iat", null),
        ])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, "DPoP", token, Proof(new() { [name] = value })));
        }
    }

    /// <summary>The origin that a preflight gives leave to, or null.</summary>
    private async Task<string?> LeaveAsync(string origin)
    {
        using var http = server.WithToken(null);
        using var request = new HttpRequestMessage(HttpMethod.Options, Search);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var response = await http.SendAsync(request);
        return response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }

    private static async Task<RunningServer> ServerAsync(RunningIssuer issuer)
    {
        var clock = new TestClock();
        clock.Advance(DateTimeOffset.UtcNow - clock.GetUtcNow());
        var server = await RunningServer.StartAsync(
            null, clock, $"--Interop:Issuers:0:Authority={issuer.Issuer}", $"--Interop:Issuers:0:Audience={RunningIssuer.Audience}");
        await server.ImportAsync("crisis-program", Organization);
        return server;
    }

    private static async Task<HttpStatusCode> GetAsync(RunningServer server, string scheme, string token, string? proof = null)
    {
        using var http = server.WithToken(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, Search);
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<string> TokenAsync(string? proof = null) =>
        (await client.TokenAsync(proof, changed: ("scope", "system/Organization.rs"))).AccessToken;
}
