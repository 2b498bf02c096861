
namespace Interop.Server.Tests.Security;

/// <summary>
/// Web pages of registered clients may read answers, refusals included; others get the same without leave to read it (CORS).
/// </summary>
public sealed class CrossOriginTests : IAsyncLifetime
{
    private const string Origin = "https://app.example";
    private const string Listed = "https://listed.example:8443";
    private ForeignIssuer issuer = null!;
    private RunningServer server = null!;
    private bool isRevoked;

    public async Task InitializeAsync()
    {
        issuer = await ForeignIssuer.StartAsync(origin => origin == Origin && !isRevoked);
        server = await RunningServer.StartAsync(null, null, issuer.Settings($"--Interop:Issuers:1:Origins:0={Listed}"));
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Theory]
    [InlineData(Origin, "Patient")]
    [InlineData(Origin, "Patient/p1/_history/1")]
    [InlineData(Listed, "Patient")]
    public async Task A_preflight_from_a_registered_origin_needs_no_token_and_allows_what_FHIR_needs(string origin, string path)
    {
        using var response = await PreflightAsync(path, origin);

        Assert.Equal((204, origin), ((int)response.StatusCode, Header(response, "Access-Control-Allow-Origin")));
        Assert.All(
            ["GET", "POST", "PUT", "PATCH", "DELETE"],
            method => Assert.Contains(method, Header(response, "Access-Control-Allow-Methods"), StringComparison.Ordinal));
        Assert.All(
            ["Authorization", "DPoP", "Content-Type", "If-Match", "If-None-Exist", "Prefer"],
            name => Assert.Contains(name, Header(response, "Access-Control-Allow-Headers"), StringComparison.Ordinal));
        Assert.Equal("60", Header(response, "Access-Control-Max-Age"));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
        Assert.Equal("Origin", Header(response, "Vary"));
    }

    [Theory]
    [InlineData("Organization/crisis-program", true, 200)]
    [InlineData("Organization/none", true, 404)]
    [InlineData("Organization?colour=red", true, 400)]
    [InlineData("nothing/here/at/all", true, 404)]
    [InlineData("Organization/crisis-program", false, 401)]
    public async Task Answers_of_all_kinds_can_be_read_from_a_registered_origin(string path, bool hasToken, int status)
    {
        using var response = await GetAsync(path, Origin, hasToken);

        Assert.Equal((status, Origin), ((int)response.StatusCode, Header(response, "Access-Control-Allow-Origin")));
        Assert.All(
            ["ETag", "Location", "Content-Location", "Last-Modified", "WWW-Authenticate"],
            name => Assert.Contains(name, Header(response, "Access-Control-Expose-Headers"), StringComparison.Ordinal));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", Header(response, "Vary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("https://app.example:444")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example.elsewhere.example")]
    [InlineData("https://listed.example")]
    [InlineData("null")]
    [InlineData("*")]
    [InlineData("https://app.example https://app.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Another_origin_gets_the_same_answer_without_leave_to_read_it(string origin)
    {
        using var preflight = await PreflightAsync("Organization", origin);
        using var response = await GetAsync("Organization/crisis-program", origin);
        using var bare = await GetAsync("Organization/crisis-program", null);

        Assert.Equal(204, (int)preflight.StatusCode); // what the path answers anybody may know
        Assert.DoesNotContain(
            preflight.Headers.Concat(response.Headers),
            header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Equal((200, await bare.Content.ReadAsStringAsync()), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Contains("Origin", Header(bare, "Vary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata", Origin)]
    [InlineData("metadata", "https://elsewhere.example")]
    [InlineData(".well-known/smart-configuration", "https://elsewhere.example")]
    public async Task Discovery_is_for_pages_of_any_origin(string path, string origin)
    {
        using var preflight = await PreflightAsync(path, origin);
        using var response = await GetAsync(path, origin);

        Assert.Equal((204, "*"), ((int)preflight.StatusCode, Header(preflight, "Access-Control-Allow-Origin")));
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/cad/eido")]
    public async Task What_is_not_FHIR_is_not_for_web_pages(string path)
    {
        using var preflight = await PreflightAsync(path, Origin);

        Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task An_issuer_is_asked_once_a_minute_and_a_revoked_clients_pages_are_out_within_it()
    {
        using var first = await PreflightAsync("Patient", Origin);
        isRevoked = true;
        using var second = await PreflightAsync("Patient", Origin);
        Assert.Equal((Origin, 1), (Header(second, "Access-Control-Allow-Origin"), issuer.Questions));

        server.Clock.Advance(TimeSpan.FromMinutes(1));

        using var third = await PreflightAsync("Patient", Origin);
        Assert.Null(Header(third, "Access-Control-Allow-Origin"));
        Assert.Equal(2, issuer.Questions);
    }

    [Theory]
    [InlineData("https://app.example/")]
    [InlineData("http://app.example")]
    [InlineData("https://APP.example")]
    [InlineData("*")]
    [InlineData("app.example")]
    public async Task A_listed_origin_that_no_browser_would_write_stops_the_server(string origin)
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(
            () => RunningServer.StartAsync(null, null, issuer.Settings($"--Interop:Issuers:1:Origins:0={origin}")));

        Assert.Contains("Interop:Issuers:1:Origins:0", wrong.Message, StringComparison.Ordinal);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin)
    {
        using var client = server.WithToken(null);
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "PUT");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,dpop,if-match,content-type");
        return await client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? origin, bool hasToken = true)
    {
        using var client = hasToken ? server.As("navigator") : server.WithToken(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return await client.SendAsync(request);
    }
}
