
namespace Interop.Server.Tests.Protection;

/// <summary>Every answer says that it is nothing to keep, to frame, to guess a type of, or to tell others about, refusals too.</summary>
public sealed class SecurityHeaderTests : SceneTests
{
    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1")];

    [Theory]
    [InlineData("Patient/p1", 200)]
    [InlineData("Patient?family=Testa", 200)]
    [InlineData("metadata", 200)]
    [InlineData("../health/live", 200)]
    [InlineData("Patient/nobody", 404)]
    [InlineData("Patient?nonsense=1", 400)]
    [InlineData("Patient?_format=ttl", 406)]
    [InlineData("../nothing/here", 404)]
    public async Task An_answer_is_not_kept_framed_or_guessed(string path, int status)
    {
        using var navigator = Server.As("navigator");

        using var response = await navigator.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Hardened(response);
    }

    [Fact]
    public async Task Neither_is_a_refusal_of_a_stranger_or_of_too_large_a_body()
    {
        using var stranger = Server.WithToken(null);
        using var login = await stranger.GetAsync("Patient/p1");
        using var navigator = Server.As("navigator");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri("Patient", UriKind.Relative)) { Content = new ByteArrayContent(new byte[40 * 1024 * 1024]) };
        request.Content.Headers.ContentType = new("application/fhir+json");
        request.Headers.ExpectContinue = true;
        using var large = await navigator.SendAsync(request);

        Assert.Equal((401, 413), ((int)login.StatusCode, (int)large.StatusCode));
        Hardened(login);
        Hardened(large);
    }

    private static void Hardened(HttpResponseMessage response)
    {
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.StartsWith(
            "default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore, response.Headers.CacheControl?.ToString());
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security")); // only https may promise https
    }
}
