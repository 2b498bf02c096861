using System.Net;
using Interop.Identity.Accounts;

namespace Interop.Identity.Tests.Operation;

/// <summary>Two instances of one issuer on one database file.</summary>
public abstract partial class TwoInstancesTests(DatabaseKind database) : IAsyncLifetime
{
    private RunningIssuer first = null!;
    private RunningIssuer second = null!;

    public async Task InitializeAsync()
    {
        first = await RunningIssuer.StartAsync(database);
        second = await RunningIssuer.StartAsync(first);
    }

    public async Task DisposeAsync()
    {
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task An_assertion_or_proof_used_at_one_is_refused_at_the_other()
    {
        var client = await Registered.BackendAsync(first);
        var (assertion, proof) = (client.Assertion(), client.Proof(ClientKey.Ec("dpop", "ES256")));

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(proof, first, ("client_assertion", assertion))).Status);
        Assert.Equal(
            "The assertion was used before.",
            (await client.TokenAsync(null, second, ("client_assertion", assertion)))["error_description"]);
        Assert.Equal("The proof was used before.", (await client.TokenAsync(proof, second))["error_description"]);
    }

    [Fact]
    public async Task An_assertion_sent_to_both_at_once_works_at_one()
    {
        var client = await Registered.BackendAsync(first);
        for (var round = 0; round < 10; round++)
        {
            var assertion = client.Assertion();

            var answers = await Task.WhenAll(
                client.TokenAsync(null, first, ("client_assertion", assertion)),
                client.TokenAsync(null, second, ("client_assertion", assertion)));

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_code_of_one_is_redeemed_refreshed_and_its_reuse_noticed_at_the_other()
    {
        var app = await Registered.AppAsync(first);
        var person = await Person.AddAsync(first);
        await using var browser = Browser.At(first);
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(person, browser);

        var tokens = await flow.RedeemAsync(code, at: second);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var refreshed = await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, at: first);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal("invalid_grant", (await flow.RedeemAsync(code, at: first))["error"]);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, refreshed["refresh_token"]!, at: second))["error"]);
    }

    [Fact]
    public async Task An_instance_that_is_killed_takes_no_session_and_no_access_with_it()
    {
        var app = await Registered.AppAsync(first);
        var backend = await Registered.BackendAsync(first);
        var person = await Person.AddAsync(first);
        using var process = await Executable.ServeAsync(first, "--Logging:LogLevel:Default=None", "--Identity:RequestsPerMinute=100000");
        using var http = new HttpClient { BaseAddress = process.Address };
        await using var browser = Browser.At(process.Address.GetLeftPart(UriPartial.Authority));
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", person.UserName), ("Password", Person.Password));
        await browser.SubmitAsync(("Code", Totp.Code(person.Factor!, first.Clock.GetUtcNow())));
        Assert.Equal("/account", browser.Path);
        var flow = new CodeFlow(app);
        await browser.OpenAsync(flow.Link());
        var tokens = await flow.RedeemAsync(CodeFlow.Back(await browser.SubmitAsync(("Decision", "allow")))["code"], at: second);
        var refreshed = await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, at: second);

        // Killed in the middle of its work: requests are under way, some of them writing.
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RequestAsync(backend, http, stop.Token)));
        await Task.Delay(500);
        await process.KillAsync();
        await stop.CancelAsync();
        Assert.True((await load).Sum() > 0);

        await using var later = Browser.At(second);
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
        {
            later.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", "127.0.0.1"));
        }

        await later.OpenAsync("/account");
        Assert.Equal("/account", later.Path);
        Assert.Contains("(this one)", later.Html, StringComparison.Ordinal);
        Assert.Contains("code", CodeFlow.Back(await later.OpenAsync(new CodeFlow(app).Link(("prompt", "none")))).Keys);
        var last = await CodeFlow.RefreshAsync(app, refreshed["refresh_token"]!, at: first);
        Assert.Equal(HttpStatusCode.OK, last.Status);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!, at: second))["error"]);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, last["refresh_token"]!, at: first))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await backend.TokenAsync(at: second)).Status);
    }

    [Fact]
    public async Task Spraying_many_names_over_instances_stops_the_address_and_nobody_elses()
    {
        await using var strict = await RunningIssuer.StartAsync(first, "--Identity:FailedSignInsPerAddress=6");
        await using var other = await RunningIssuer.StartAsync(first, "--Identity:FailedSignInsPerAddress=6");
        var person = await Person.AddAsync(first);
        await using var sprayer = Browser.At(strict);
        await using var sprayerElsewhere = Browser.At(other);
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var at = attempt % 2 == 0 ? sprayer : sprayerElsewhere;
            await at.OpenAsync("/sign-in");
            await at.SubmitAsync(("UserName", $"user{attempt}"), ("Password", "Summer2026!!"));
            Assert.StartsWith("Name and password do not match", at.Alert, StringComparison.Ordinal);
        }

        string[] expected =
            [.. Enumerable.Repeat("The name is not known.", 6), .. Enumerable.Repeat("Too many failed sign-ins from this address.", 2)];
        Assert.Equal(
            expected, (await first.TrailAsync()).Where(row => row is { Kind: "sign-in", Outcome: "refused" }).Select(row => row.Reason));
        await person.AllowAsync(sprayer, "/account");
        Assert.StartsWith("/sign-in", sprayer.Path, StringComparison.Ordinal); // the right password does not help that address now

        await using var elsewhere = Browser.At(strict, from: "127.0.0.2");
        await person.AllowAsync(elsewhere, "/account");
        Assert.Equal("/account", elsewhere.Path);
        first.Clock.Advance(TimeSpan.FromMinutes(15));
        await person.AllowAsync(sprayer, "/account");
        Assert.Equal("/account", sprayer.Path);
    }

    [Fact]
    public async Task Sign_ins_that_succeed_use_up_nothing_of_the_address()
    {
        await using var strict = await RunningIssuer.StartAsync(first, "--Identity:FailedSignInsPerAddress=2");
        var person = await Person.AddAsync(first);
        for (var round = 0; round < 4; round++)
        {
            await using var browser = Browser.At(strict);
            await person.AllowAsync(browser, "/account");
            Assert.Equal("/account", browser.Path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_right_passwords_in_a_row_lock_neither_the_name_nor_the_address(bool hasFactor)
    {
        await using var usual = await RunningIssuer.StartAsync(first, "--Identity:FailedSignInsPerAddress=20");
        var person = await Person.AddAsync(first, hasFactor: hasFactor);
        var colleague = await Person.AddAsync(first, "ben", hasFactor: false);
        for (var round = 0; round < 25; round++)
        {
            // The first of two steps only: who has not come with the second factor yet has guessed nothing.
            await using var browser = Browser.At(usual);
            await browser.OpenAsync("/sign-in");
            await browser.SubmitAsync(("UserName", person.UserName), ("Password", Person.Password));
            Assert.StartsWith(hasFactor ? "/second-factor" : "/", browser.Path, StringComparison.Ordinal);
            Assert.Empty(browser.Alert);
        }

        await using var other = Browser.At(usual);
        await colleague.AllowAsync(other, "/account");
        Assert.Equal("/account", other.Path);
        Assert.DoesNotContain(await first.TrailAsync(), row => row is { Kind: "sign-in", Outcome: "refused" });
    }

    [Fact]
    public async Task Many_attempts_at_one_name_that_nobody_judges_do_not_lock_the_address()
    {
        await using var usual = await RunningIssuer.StartAsync(first, "--Identity:FailedSignInsPerAddress=20");
        var person = await Person.AddAsync(first);
        await using var browser = Browser.At(usual);
        await browser.OpenAsync("/sign-in");
        for (var attempt = 0; attempt < 40; attempt++)
        {
            await browser.SubmitAsync(("UserName", "nobody"), ("Password", $"guess number {attempt}"));
        }

        Assert.DoesNotContain(await first.TrailAsync(), row => row.Reason == "Too many failed sign-ins from this address.");
        await person.AllowAsync(browser, "/account");
        Assert.Equal("/account", browser.Path);
    }

    [Fact]
    public async Task Guesses_at_one_name_are_counted_by_both_together()
    {
        await using var browser = Browser.At(first);
        await using var elsewhere = Browser.At(second, from: "127.0.0.3");
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var at = attempt % 2 == 0 ? browser : elsewhere;
            await at.OpenAsync("/sign-in");
            await at.SubmitAsync(("UserName", "nobody"), ("Password", $"guess number {attempt}"));
        }

        Assert.Equal(2, (await first.TrailAsync()).Count(row => row.Reason == "Too many sign-ins to this name."));
    }
}
