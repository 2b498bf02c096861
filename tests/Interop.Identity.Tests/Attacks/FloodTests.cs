using System.Net;
using System.Text;
using Interop.Identity.Tests.People;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Too many requests, and requests that are too large: refused, and on the trail.</summary>
public abstract class FloodTests(DatabaseKind database) : BrowserTests(database)
{
    [Fact]
    public async Task Too_many_requests_of_a_client_are_refused()
    {
        await using var strict = await RunningIssuer.StartAsync(kind, "--Identity:RequestsPerMinute=4");

        var answers = new List<Answer>();
        for (var request = 0; request < 5; request++)
        {
            answers.Add(await strict.PostAsync("/token", [("client_id", "someone"), ("grant_type", "client_credentials")]));
        }

        Assert.Equal((HttpStatusCode.TooManyRequests, "slow_down"), (answers[^1].Status, answers[^1]["error"]));
        Assert.All(answers[..4], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    [InlineData("/authorize")]
    public async Task A_form_of_very_many_or_very_long_fields_is_refused(string path)
    {
        List<KeyValuePair<string, string>>[] forms =
        [
            [.. Enumerable.Range(0, 60).Select(number => KeyValuePair.Create($"p{number}", "x"))],
            [KeyValuePair.Create(new string('p', 200), "x")],
            [KeyValuePair.Create("scope", new string('x', 20_000))],
        ];
        foreach (var form in forms)
        {
            using var content = new FormUrlEncodedContent(form);
            using var response = await issuer.Http.PostAsync(path, content);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal(forms.Length, (await issuer.TrailAsync()).Count(row => row.Reason == "The body is not a form within the limits."));
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/second-factor")]
    [InlineData("/enrol")]
    [InlineData("/account")]
    public async Task A_page_takes_no_flood_of_fields_either(string path)
    {
        using var content = new FormUrlEncodedContent(Enumerable.Range(0, 60).Select(number => KeyValuePair.Create($"p{number}", "x")));

        using var response = await issuer.Http.PostAsync(path, content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    [InlineData("/authorize")]
    [InlineData("/sign-in")]
    public async Task An_oversized_body_is_refused_and_on_the_trail(string path)
    {
        using var content = new FormUrlEncodedContent(
            [.. Enumerable.Range(0, 10).Select(number => KeyValuePair.Create($"p{number}", new string('x', 10_000)))]);

        using var response = await issuer.Http.PostAsync(path, content);

        Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest]);
        Assert.Equal(
            path == "/sign-in" ? 0 : 1,
            (await issuer.TrailAsync()).Count(row => row.Reason?.Contains("too large", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task An_oversized_body_is_refused()
    {
        using var content = new StringContent(
            "client_assertion=" + new string('a', 100_000), Encoding.ASCII, "application/x-www-form-urlencoded");

        using var response = await issuer.Http.PostAsync("/token", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(9_000)]
    public async Task Oversized_headers_and_request_lines_are_refused(int length)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, length > 20_000 ? "/jwks" : "/authorize?state=" + new string('x', length));
        request.Headers.Add("X-Long", length > 20_000 ? new string('x', length) : "short");

        using var response = await issuer.Http.SendAsync(request);

        Assert.Equal(length > 20_000 ? HttpStatusCode.RequestHeaderFieldsTooLarge : HttpStatusCode.RequestUriTooLong, response.StatusCode);
    }
}
