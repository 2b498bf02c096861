using System.Net;
using Interop.Identity.Tests.People;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Other sites in front of a person who is signed in: their forms, frames and sessions are worth nothing.</summary>
public abstract class ForgedPageTests(DatabaseKind database) : BrowserTests(database)
{
    [Theory]
    [InlineData("/sign-in", "UserName=ana&Password=correct+horse+battery")]
    [InlineData("/second-factor", "Code=000000")]
    [InlineData("/enrol", "Code=000000&Sealed=x")]
    [InlineData("/account?handler=End", "session=x")]
    [InlineData("/account?handler=EndAll", "")]
    [InlineData("/account?handler=Password", "current=correct+horse+battery&replacement=a+brand+new+sentence")]
    [InlineData("/consent", "Decision=allow")]
    [InlineData("/context", "Name=Testa&BirthDate=1988-02-29")]
    public async Task No_form_is_taken_from_another_site_with_or_without_a_token_of_its_own(string path, string fields)
    {
        await person.AllowAsync(browser, "/account");
        await using var attacker = Browser.At(issuer);
        await attacker.OpenAsync("/sign-in");
        var token = attacker.Html.Split("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"")[1].Split('"')[0];
        var values = fields.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field.Split('=')).Select(field => (field[0], field[1].Replace('+', ' '))).ToArray();
        var target = path is "/consent" or "/context" ? path + new CodeFlow(app).Link()["/authorize".Length..] : path;

        await browser.PostAsync(target, values);
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
        await browser.PostAsync(target, [.. values, ("__RequestVerificationToken", token)]);
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);

        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.Path); // nothing of it happened
        Assert.Equal(1, browser.Html.Split("Sign out</button>").Length - 1);
    }

    [Fact]
    public async Task Pages_for_people_are_never_framed()
    {
        await person.AllowAsync(browser, "/account");
        var consent = new CodeFlow(app).Link(("prompt", "consent"));
        var context = "/context" + new CodeFlow(app).Link()["/authorize".Length..];
        foreach (var path in (string[])["/account", "/enrol", consent, context, "/sign-in", "/second-factor"])
        {
            await browser.OpenAsync(path);
            Assert.Equal("DENY", Assert.Single(browser.Last.Headers.GetValues("X-Frame-Options")));
            Assert.Contains(
                "frame-ancestors 'none'",
                Assert.Single(browser.Last.Headers.GetValues("Content-Security-Policy")),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_of_before_signing_in_is_not_the_one_of_after()
    {
        await person.AllowAsync(browser, "/account");
        var first = browser.Cookies.GetAllCookies().Single(cookie => cookie.Name == "interop-session").Value;
        await using var again = Browser.At(issuer);
        again.Cookies.Add(new Cookie("interop-session", first, "/", "127.0.0.1"));
        await again.OpenAsync("/sign-in");
        await again.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        await again.SubmitAsync(("Code", person.NextCode()));

        Assert.Equal("/account", again.Path);
        Assert.NotEqual(first, again.Cookies.GetAllCookies().Single(cookie => cookie.Name == "interop-session").Value);
    }
}
