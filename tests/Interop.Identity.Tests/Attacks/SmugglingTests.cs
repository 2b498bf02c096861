using System.Net;
using Interop.Identity.Tests.People;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Parameters, headers and addresses that mean more than they seem: refused, or taken as the text that they are.</summary>
public abstract class SmugglingTests(DatabaseKind database) : BrowserTests(database)
{
    [Theory]
    [InlineData("/token")]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    public async Task A_parameter_that_comes_twice_is_refused_everywhere(string path)
    {
        var answer = await issuer.PostAsync(
            path, [("client_id", "app"), ("client_id", "other"), ("token", "x"), ("grant_type", "refresh_token")]);

        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_request", "A parameter comes more than once."),
            (answer.Status, answer["error"], answer["error_description"]));
    }

    [Fact]
    public async Task A_parameter_that_comes_twice_in_a_posted_authorization_request_is_refused()
    {
        var link = new CodeFlow(app).Link() + "&state=other";
        using var content = new StringContent(
            link[(link.IndexOf('?', StringComparison.Ordinal) + 1)..], System.Text.Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await issuer.Http.PostAsync("/authorize", content);

        Assert.Equal("invalid_request", CodeFlow.Back(await browser.OpenAsync(response.Headers.Location!.OriginalString))["error"]);
    }

    [Fact]
    public async Task A_state_can_smuggle_neither_headers_nor_parameters_into_the_way_back()
    {
        string[] states =
        [
            "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
            "x&code=evil&iss=https%3A%2F%2Fevil.example",
            "x#y",
            "https://evil.example/?a=b",
            "\"><script>",
        ];
        foreach (var state in states)
        {
            var target = await person.AllowAsync(browser, new CodeFlow(app).Link(("state", state)));

            var back = CodeFlow.Back(target);
            Assert.Equal((state, issuer.Issuer), (back["state"], back["iss"]));
            Assert.NotEqual("evil", back["code"]);
            Assert.DoesNotContain(
                browser.Last.Headers,
                header => header.Key == "Set-Cookie" && header.Value.Any(value => value.StartsWith("a=b", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("https://app.example/callback\r\nSet-Cookie: a=b")]
    [InlineData("https://app.example/callback%0d%0aSet-Cookie:a=b")]
    [InlineData("https://app.example/callback\0")]
    [InlineData("https://app.example@evil.example/callback")]
    [InlineData("https://app.example\\@evil.example/callback")]
    public async Task A_redirect_URI_with_anything_more_is_redirected_nowhere(string uri)
    {
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link(("redirect_uri", uri))));

        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
        Assert.Null(browser.Last.Headers.Location);
        Assert.Contains(
            await issuer.TrailAsync(),
            row => row is { Kind: "authorize", Outcome: "refused", Reason: "The redirect URI is not registered." });
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/%2fevil.example")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("/account@evil.example")]
    [InlineData("@evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("https:/evil.example/account")]
    [InlineData("/account/..//evil.example")]
    [InlineData("/authorize/../..//evil.example")]
    [InlineData(" /account")]
    [InlineData("/\t/evil.example")]
    [InlineData("/account\r\nLocation: https://evil.example")]
    [InlineData("/account\0")]
    [InlineData("http://127.0.0.1@evil.example/account")]
    public async Task After_signing_in_nobody_is_led_out_of_the_issuer(string returnUrl)
    {
        Assert.Null(await person.AllowAsync(browser, "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl)));

        Assert.Equal("/account", browser.Path);
    }

    [Fact]
    public async Task An_authorization_request_to_return_to_is_judged_again()
    {
        var link = "/authorize?client_id=app&redirect_uri=" + Uri.EscapeDataString("//evil.example");

        Assert.Null(await person.AllowAsync(browser, "/sign-in?returnUrl=" + Uri.EscapeDataString(link)));

        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }
}
