using System.Net;

namespace Interop.Identity.Tests.People;

/// <summary>OpenID Connect RP-Initiated Logout 1.0: an app that signs somebody out ends the session here, and nobody else can.</summary>
public abstract class EndSessionTests(DatabaseKind database) : BrowserTests(database)
{
    [Fact]
    public async Task An_app_ends_the_session_of_the_person_whose_ID_token_it_has_and_what_was_given_in_it()
    {
        var tokens = await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "openid online_access user/Patient.rs"));

        var back = await browser.OpenAsync(Link(tokens["id_token"]!, Registered.Redirect) + "&state=s-1");

        Assert.Equal($"{Registered.Redirect}?state=s-1", back);
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
    }

    [Fact]
    public async Task Without_an_ID_token_of_ours_or_with_another_address_nobody_is_signed_out()
    {
        var tokens = await CodeFlow.TokensAsync(app, person, browser);
        var forged = tokens["id_token"]![..^4] + "AAAA";
        foreach (var link in new[]
        {
            "/end-session", Link(forged, Registered.Redirect), Link(tokens.AccessToken, Registered.Redirect),
            Link(tokens["id_token"]!, "https://evil.example/"), Link(tokens["id_token"]!, Registered.Redirect + "/more"),
        })
        {
            Assert.Null(await browser.OpenAsync(link));
            Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
        }

        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.Path);
    }

    private static string Link(string token, string back) =>
        $"/end-session?id_token_hint={token}&post_logout_redirect_uri={Uri.EscapeDataString(back)}";
}
