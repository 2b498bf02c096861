using System.Net;
using Interop.Identity.Accounts;
using Interop.Identity.Tests.People;
using Interop.Identity.Tokens;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Guessing codes, tokens and second factors: limited, locked and on the trail.</summary>
public abstract class GuessingTests(DatabaseKind database) : BrowserTests(database)
{
    [Fact]
    public async Task Guessing_codes_and_refresh_tokens_under_many_client_ids_is_slowed_down_and_on_the_trail()
    {
        await using var strict = await RunningIssuer.StartAsync(issuer, "--Identity:RequestsPerMinute=6");
        var answers = new List<Answer>();
        for (var guess = 0; guess < 9; guess++)
        {
            answers.Add(guess % 2 == 0
                ? await new CodeFlow(app).RedeemAsync(
                    $"guess-{guess}", at: strict, changed: ("client_id", guess % 4 == 0 ? "app" : $"client-{guess}"))
                : await CodeFlow.RefreshAsync(app, $"guess-{guess}", at: strict, changed: ("client_id", $"client-{guess}")));
        }

        Assert.All(answers[..6], answer => Assert.Contains(answer["error"], (string[])["invalid_grant", "invalid_client"]));
        Assert.All(answers[6..], answer => Assert.Equal((HttpStatusCode.TooManyRequests, "slow_down"), (answer.Status, answer["error"])));
        Assert.Equal(9, (await issuer.TrailAsync()).Count(row => row is { Kind: "token", Outcome: "refused" }));
    }

    [Fact]
    public async Task A_guess_spends_no_code_of_anybody()
    {
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);

        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code[..^1] + (code[^1] == 'A' ? 'B' : 'A')))["error"]);

        Assert.Equal(HttpStatusCode.OK, (await flow.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task Guessing_recovery_codes_locks_the_account_even_for_a_right_one()
    {
        const string right = "ABCDEFGHIJKLMNOP";
        await issuer.Get<AccountStore>().ReplaceRecoveryCodesAsync("account-ana", [Secret.Hash(right)], CancellationToken.None);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        for (var guess = 0; guess < 5; guess++)
        {
            await browser.SubmitAsync(("Code", $"AAAABBBBCCCCDDD{guess}"));
            Assert.StartsWith("The code is wrong", browser.Alert, StringComparison.Ordinal);
        }

        await browser.SubmitAsync(("Code", right));
        Assert.StartsWith("/second-factor", browser.Path, StringComparison.Ordinal);
        var reasons = (await issuer.TrailAsync())
            .Where(row => row is { Kind: "sign-in", Outcome: "refused" }).Select(row => row.Reason).ToList();
        Assert.Equal([.. Enumerable.Repeat("The second factor is wrong or used.", 5), "The account is locked."], reasons);

        issuer.Clock.Advance(TimeSpan.FromMinutes(15));
        await person.AllowAsync(browser, "/account"); // the step between password and second factor has run out meanwhile
        Assert.Equal("/account", browser.Path);
    }

    [Fact]
    public async Task Many_second_factors_tried_at_once_do_not_outrun_the_count()
    {
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        var cookie = browser.Cookies.GetAllCookies().Single(cookie => cookie.Name == "interop-halfway");
        var browsers = new List<Browser>();
        for (var number = 0; number < 16; number++)
        {
            var other = Browser.At(issuer);
            other.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", "127.0.0.1"));
            await other.OpenAsync("/second-factor");
            browsers.Add(other);
        }

        await Task.WhenAll(browsers.Select((other, number) => other.SubmitAsync(("Code", $"{number:D6}"))));

        Assert.True((await issuer.TrailAsync()).Count(row => row.Reason == "The second factor is wrong or used.") <= 10);
        foreach (var other in browsers)
        {
            await other.DisposeAsync();
        }
    }
}
