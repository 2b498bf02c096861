using System.Net;

namespace Interop.Identity.Tests.People;

/// <summary>An app on this machine takes the port that is free when it starts: RFC 8252 section 7.3.</summary>
public abstract class LoopbackRedirectTests(DatabaseKind database) : BrowserTests(database)
{
    [Theory]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1:49152/done")]
    [InlineData("http://127.0.0.1:8080/done?x=1", "http://127.0.0.1/done?x=1")]
    [InlineData("http://[::1]:8080/done", "http://[::1]:49152/done")]
    public async Task An_app_on_this_machine_comes_back_at_any_port(string registered, string here)
    {
        var flow = new CodeFlow(await Registered.AppAsync(issuer, clientId: "native", redirect: registered));

        var elsewhere = await flow.RedeemAsync(await CodeAsync(flow, here), changed: ("redirect_uri", registered));
        var redeemed = await flow.RedeemAsync(await CodeAsync(flow, here), changed: ("redirect_uri", here));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (elsewhere.Status, redeemed.Status));
    }

    [Theory]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1:49152/other")]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1:49152/done?x=1")]
    [InlineData("http://127.0.0.1/done", "http://localhost:49152/done")]
    [InlineData("http://127.0.0.1/done", "http://[::1]:49152/done")]
    [InlineData("http://127.0.0.1/done", "https://127.0.0.1:49152/done")]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1.evil.example/done")]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1:80@evil.example/done")]
    [InlineData("http://127.0.0.1/done", "http://127.0.0.1:49152/done\n")]
    [InlineData("http://localhost:8080/done", "http://localhost:49152/done")]
    [InlineData("https://app.example/done", "https://app.example:49152/done")]
    public async Task Nothing_but_the_port_and_nowhere_but_on_this_machine(string registered, string asked)
    {
        var flow = new CodeFlow(await Registered.AppAsync(issuer, clientId: "native", redirect: registered));

        Assert.Null(await browser.OpenAsync(flow.Link(("redirect_uri", asked))));
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }

    private async Task<string> CodeAsync(CodeFlow flow, string here)
    {
        var target = await person.AllowAsync(browser, flow.Link(("redirect_uri", here)));
        Assert.StartsWith(here, target, StringComparison.Ordinal);
        return CodeFlow.Parameters(target!)["code"];
    }
}
