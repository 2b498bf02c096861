using System.Net;
using System.Text;
using Interop.Identity.Accounts;

namespace Interop.Identity.Tests.People;

/// <summary>Signing in, the second factor, lockout, sessions and passwords, through the pages.</summary>
public abstract class AccountTests(DatabaseKind database) : IAsyncLifetime
{
    private RunningIssuer issuer = null!;
    private Browser browser = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(database);
        browser = Browser.At(issuer);
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_session_cookie_is_closed_to_scripts_and_holds_no_name()
    {
        await (await Person.AddAsync(issuer)).AllowAsync(browser, "/account");

        Assert.Equal("/account", browser.Path);
        var cookie = browser.Cookies.GetAllCookies().Single(cookie => cookie.Name == "interop-session");
        Assert.True(cookie.HttpOnly);
        Assert.DoesNotContain("ana", cookie.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour()
    {
        var person = await Person.AddAsync(issuer);
        await browser.OpenAsync("/sign-in");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await browser.SubmitAsync(("UserName", "ana"), ("Password", "wrong-password-here"));
            Assert.StartsWith("Name and password do not match", browser.Alert, StringComparison.Ordinal);
        }

        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        Assert.StartsWith("Name and password do not match", browser.Alert, StringComparison.Ordinal);
        Assert.Contains(await issuer.TrailAsync(), row => row.Reason == "The account is locked.");

        issuer.Clock.Advance(TimeSpan.FromMinutes(15));
        await person.AllowAsync(browser, "/account");
        Assert.Equal("/account", browser.Path);
    }

    [Fact]
    public async Task A_wrong_name_and_a_wrong_password_look_alike()
    {
        await Person.AddAsync(issuer);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "nobody"), ("Password", "wrong-password-here"));
        var (alert, status) = (browser.Alert, browser.Last.StatusCode);
        await browser.SubmitAsync(("UserName", "ana"), ("Password", "wrong-password-here"));

        Assert.Equal((alert, status), (browser.Alert, browser.Last.StatusCode));
        Assert.DoesNotContain(
            await issuer.TrailAsync(),
            row => row.Reason is { } reason
                && (reason.Contains("wrong-password", StringComparison.Ordinal) || reason.Contains("nobody", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_second_factor_is_demanded_and_a_code_works_once()
    {
        var person = await Person.AddAsync(issuer);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        Assert.StartsWith("/second-factor", browser.Path, StringComparison.Ordinal);

        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal); // the password alone opens nothing

        await browser.OpenAsync("/second-factor");
        await browser.SubmitAsync(("Code", "000000"));
        Assert.StartsWith("The code is wrong", browser.Alert, StringComparison.Ordinal);
        var code = person.NextCode();
        await browser.SubmitAsync(("Code", code));
        Assert.Equal("/account", browser.Path);

        await using var other = Browser.At(issuer);
        await other.OpenAsync("/sign-in");
        await other.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        await other.SubmitAsync(("Code", code));
        Assert.StartsWith("The code is wrong", other.Alert, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_second_factors_locks_the_account()
    {
        var person = await Person.AddAsync(issuer);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await browser.SubmitAsync(("Code", "000000"));
        }

        await browser.SubmitAsync(("Code", person.NextCode()));
        Assert.StartsWith("/second-factor", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_second_factor_one_is_set_up_before_an_app_gets_anything()
    {
        var app = await Registered.AppAsync(issuer);
        await Person.AddAsync(issuer, hasFactor: false);
        await browser.OpenAsync(new CodeFlow(app).Link());
        await browser.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
        Assert.StartsWith("/enrol", browser.Path, StringComparison.Ordinal);

        await browser.SubmitAsync(("Code", "000000"));
        Assert.StartsWith("The code does not match", browser.Alert, StringComparison.Ordinal);
        var key = browser.Html.Split("type the key: <code>")[1].Split('<')[0];
        Assert.Matches("""(?s)<div class="picture" role="img" aria-label="[^"]+"><svg [^>]*viewBox="0 0 \d+ \d+".*</svg>\s*</div>""",
            browser.Html);
        await browser.SubmitAsync(("Code", Totp.Code(FromBase32(key), issuer.Clock.GetUtcNow())));
        var codes = browser.Html.Split("<li><code>").Skip(1).Select(part => part.Split('<')[0]).ToList();
        Assert.Equal(10, codes.Distinct().Count());
        var next = WebUtility.HtmlDecode(browser.Html.Split("<a href=\"")[1].Split('"')[0]);
        Assert.StartsWith("/authorize?", next, StringComparison.Ordinal);
        await browser.OpenAsync(next);
        Assert.StartsWith("/consent", browser.Path, StringComparison.Ordinal);

        foreach (var (code, works) in ((string, bool)[])[(codes[3], true), (codes[3], false), (codes[4].ToLowerInvariant(), true)])
        {
            await using var other = Browser.At(issuer);
            await other.OpenAsync("/sign-in");
            await other.SubmitAsync(("UserName", "ana"), ("Password", Person.Password));
            await other.SubmitAsync(("Code", code));
            Assert.Equal(works ? "/account" : "/second-factor", other.Path.Split('?')[0]);
        }
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_every_session_and_all_access_of_apps()
    {
        var server = await Registered.BackendAsync(issuer, clientId: "fhir-server", scopes: "introspection");
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        await using var phone = Browser.At(issuer);
        var tokens = await CodeFlow.TokensAsync(app, person, phone);
        await person.AllowAsync(browser, "/account");
        Assert.Equal(2, browser.Html.Split("Sign out</button>").Length - 1);

        await browser.SubmitToAsync("EndAll");

        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
        await phone.OpenAsync("/account");
        Assert.StartsWith("/sign-in", phone.Path, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
        Assert.Equal("False", (await server.PostAsync(issuer, "/introspect", new() { ["token"] = tokens.AccessToken }))["active"]);
    }

    [Fact]
    public async Task Ending_one_session_ends_online_access_and_leaves_offline_access()
    {
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        var online = await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "online_access user/Patient.rs"));
        var offline = await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "offline_access user/Patient.rs"));
        await browser.OpenAsync("/account");

        await browser.SubmitToAsync("End");

        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, online["refresh_token"]!))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await CodeFlow.RefreshAsync(app, offline["refresh_token"]!)).Status);
    }

    [Fact]
    public async Task A_disabled_account_is_out_at_once()
    {
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        var tokens = await CodeFlow.TokensAsync(app, person, browser);

        await issuer.Get<AccountStore>().DisableAsync("account-ana", CancellationToken.None);

        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_after_an_idle_hour()
    {
        await (await Person.AddAsync(issuer)).AllowAsync(browser, "/account");
        issuer.Clock.Advance(TimeSpan.FromMinutes(50));
        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.Path);
        issuer.Clock.Advance(TimeSpan.FromMinutes(50));
        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.Path);
        issuer.Clock.Advance(TimeSpan.FromMinutes(61));
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_needs_the_old_one_and_ends_all_sessions()
    {
        await (await Person.AddAsync(issuer)).AllowAsync(browser, "/account");
        await browser.SubmitToAsync("Password", ("current", "wrong-password-here"), ("replacement", "a brand new sentence"));
        Assert.Equal("The current password is wrong.", browser.Alert);
        await browser.SubmitToAsync("Password", ("current", Person.Password), ("replacement", "short"));
        Assert.StartsWith("The password must have 12", browser.Alert, StringComparison.Ordinal);
        await browser.SubmitToAsync("Password", ("current", Person.Password), ("replacement", "a brand new sentence"));
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);

        await browser.SubmitAsync(("UserName", "ana"), ("Password", "a brand new sentence"));
        Assert.StartsWith("/second-factor", browser.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/authorize?\r\nSet-Cookie: a=b")]
    [InlineData("javascript:alert(1)")]
    public async Task Signing_in_leads_nowhere_else(string returnUrl)
    {
        await (await Person.AddAsync(issuer)).AllowAsync(browser, "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));

        Assert.Equal("/account", browser.Path);
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_is_refused()
    {
        await Person.AddAsync(issuer);

        await browser.PostAsync("/sign-in", ("UserName", "ana"), ("Password", Person.Password));

        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }

    [Theory]
    [InlineData("eleven char")]
    [InlineData("aaaabbbbaaaabbbb")]
    [InlineData("ana has a password")]
    [InlineData("known from breaches")]
    public async Task A_weak_password_is_not_taken(string password)
    {
        var list = Path.Combine(issuer.Folder, "breached.txt");
        await File.WriteAllTextAsync(list, "98E90C3B2848BBDEDDACB5C83D23F8DCAE180B26:12\n"); // SHA-1 of the last of these
        var policy = new PasswordPolicy(issuer.Settings with { BreachedPasswords = list });

        Assert.NotNull(policy.Objection("ana", password));
        Assert.Null(policy.Objection("ana", Person.Password));
    }

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Totp_gives_the_values_of_RFC_6238(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(Encoding.ASCII.GetBytes("12345678901234567890"), DateTimeOffset.FromUnixTimeSeconds(seconds)));

    [Fact]
    public void Base32_gives_the_values_of_RFC_4648()
    {
        Assert.Equal("MZXW6YTBOI", Totp.Base32("foobar"u8));
        Assert.Equal("MZXW6YTB", Totp.Base32("fooba"u8));
        Assert.Equal("foobar"u8.ToArray(), FromBase32("MZXW6YTBOI"));
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(
            letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(index => Convert.ToByte(bits.Substring(index * 8, 8), 2))];
    }
}
