using System.Net;
using Interop.Identity.Tables;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests;

/// <summary>Guessing, flooding, smuggling and forging: refused, limited where it can be repeated, and on the trail.</summary>
public abstract class AttackTests(Database database) : BrowserTests(database)
{
    [Fact]
    public async Task Guessing_codes_and_refresh_tokens_under_many_client_ids_is_slowed_down_and_on_the_trail()
    {
        await using var strict = await RunningIssuer.StartAsync(issuer, "--Identity:RequestsPerMinute=6");
        var answers = new List<Answer>();
        for (var guess = 0; guess < 9; guess++)
        {
            answers.Add(guess % 2 == 0
                ? await new CodeFlow(app).RedeemAsync($"guess-{guess}", at: strict, changed: ("client_id", guess % 4 == 0 ? "app" : $"client-{guess}"))
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
        var reasons = (await issuer.TrailAsync()).Where(row => row is { Kind: "sign-in", Outcome: "refused" }).Select(row => row.Reason).ToList();
        Assert.Equal([.. Enumerable.Repeat("The second factor is wrong or used.", 5), "The account is locked."], reasons);

        issuer.Clock.Pass(TimeSpan.FromMinutes(15));
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
        using var content = new FormUrlEncodedContent([.. Enumerable.Range(0, 10).Select(number => KeyValuePair.Create($"p{number}", new string('x', 10_000)))]);

        using var response = await issuer.Http.PostAsync(path, content);

        Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest]);
        Assert.Equal(path == "/sign-in" ? 0 : 1, (await issuer.TrailAsync()).Count(row => row.Reason?.Contains("too large", StringComparison.Ordinal) == true));
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(9_000)]
    public async Task Oversized_headers_and_request_lines_are_refused(int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, length > 20_000 ? "/jwks" : "/authorize?state=" + new string('x', length));
        request.Headers.Add("X-Long", length > 20_000 ? new string('x', length) : "short");

        using var response = await issuer.Http.SendAsync(request);

        Assert.Equal(length > 20_000 ? HttpStatusCode.RequestHeaderFieldsTooLarge : HttpStatusCode.RequestUriTooLong, response.StatusCode);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    public async Task A_parameter_that_comes_twice_is_refused_everywhere(string path)
    {
        var answer = await issuer.PostAsync(path, [("client_id", "app"), ("client_id", "other"), ("token", "x"), ("grant_type", "refresh_token")]);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request", "A parameter comes more than once."), (answer.Status, answer["error"], answer["error_description"]));
    }

    [Fact]
    public async Task A_parameter_that_comes_twice_in_a_posted_authorization_request_is_refused()
    {
        var link = new CodeFlow(app).Link() + "&state=other";
        using var content = new StringContent(link[(link.IndexOf('?', StringComparison.Ordinal) + 1)..], System.Text.Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await issuer.Http.PostAsync("/authorize", content);

        Assert.Equal("invalid_request", CodeFlow.Back(await browser.OpenAsync(response.Headers.Location!.OriginalString))["error"]);
    }

    [Fact]
    public async Task A_state_can_smuggle_neither_headers_nor_parameters_into_the_way_back()
    {
        foreach (var state in (string[])["x\r\nSet-Cookie: a=b\r\n\r\n<html>", "x&code=evil&iss=https%3A%2F%2Fevil.example", "x#y", "https://evil.example/?a=b", "\"><script>"])
        {
            var target = await person.AllowAsync(browser, new CodeFlow(app).Link(("state", state)));

            var back = CodeFlow.Back(target);
            Assert.Equal((state, issuer.Issuer), (back["state"], back["iss"]));
            Assert.NotEqual("evil", back["code"]);
            Assert.DoesNotContain(browser.Last.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(value => value.StartsWith("a=b", StringComparison.Ordinal)));
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
        Assert.Contains(await issuer.TrailAsync(), row => row is { Kind: "authorize", Outcome: "refused", Reason: "The redirect URI is not registered." });
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

    [Theory]
    [InlineData("\0")]
    [InlineData("a\0b")]
    [InlineData("\ud800")]
    [InlineData("' OR 1=1 --")]
    [InlineData("'; DROP TABLE client; --")]
    [InlineData("${jndi:ldap://evil.example/a}")]
    public async Task Text_that_a_database_or_log_could_choke_on_is_refused_like_any_other(string text)
    {
        var backend = await Registered.BackendAsync(issuer);
        var flow = new CodeFlow(app);
        Answer[] answers =
        [
            await flow.RedeemAsync(text),
            await flow.RedeemAsync("x", changed: ("client_id", text)),
            await flow.RedeemAsync(await flow.CodeAsync(person, browser), changed: ("code_verifier", text)),
            await CodeFlow.RefreshAsync(app, text),
            await backend.TokenAsync(changed: ("scope", text)),
            await backend.TokenAsync(changed: ("purpose_of_use", text)),
            await backend.TokenAsync(changed: ("client_assertion", text)),
            await backend.TokenAsync(changed: ("client_assertion", backend.Assertion(new() { ["sub"] = text, ["iss"] = text }))),
            await backend.TokenAsync(changed: ("client_assertion", backend.Assertion(new() { ["aud"] = text }))),
            await issuer.PostAsync("/introspect", [("client_id", text), ("token", text)]),
            await issuer.PostAsync("/revoke", [("client_id", text), ("token", text)]),
        ];

        Assert.All(answers, answer => Assert.InRange((int)answer.Status, 400, 499));
        var isForm = !text.Contains('\0', StringComparison.Ordinal); // NUL is no part of a form to ASP.NET
        Assert.Equal(isForm ? HttpStatusCode.OK : HttpStatusCode.BadRequest, (await app.PostAsync(issuer, "/revoke", new() { ["token"] = text })).Status); // OK is "unknown"
        Assert.Equal(HttpStatusCode.OK, (await backend.TokenAsync(changed: ("client_assertion", backend.Assertion(new() { ["jti"] = text })))).Status);
        var again = await backend.TokenAsync(changed: ("client_assertion", backend.Assertion(new() { ["jti"] = text })));
        Assert.Equal("The assertion was used before.", again["error_description"]);

        await using var other = Browser.At(issuer);
        await other.OpenAsync("/sign-in");
        await other.SubmitAsync(("UserName", text), ("Password", text + "-and-more-of-it"));
        Assert.StartsWith(isForm ? "Name and password do not match" : string.Empty, other.Alert, StringComparison.Ordinal);
        Assert.Equal(isForm ? HttpStatusCode.OK : HttpStatusCode.BadRequest, other.Last.StatusCode);
        await other.OpenAsync(new CodeFlow(app).Link(("nonce", text), ("client_id", text)));
        Assert.Equal(HttpStatusCode.BadRequest, other.Last.StatusCode);
    }

    [Theory]
    [InlineData("jti")]
    [InlineData("sub")]
    [InlineData("aud")]
    public async Task Half_a_character_in_an_assertion_is_refused(string claim)
    {
        var backend = await Registered.BackendAsync(issuer);
        var parts = backend.Assertion(new() { [claim] = "half" }).Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("\"half\"", "\"\\ud800\"", StringComparison.Ordinal);
        var signed = parts[0] + "." + Base64UrlEncoder.Encode(payload);
        var key = ((ECDsaSecurityKey)backend.Key!.Credentials.Key).ECDsa;
        var signature = Base64UrlEncoder.Encode(key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), System.Security.Cryptography.HashAlgorithmName.SHA384));

        var answer = await backend.TokenAsync(changed: ("client_assertion", $"{signed}.{signature}"));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task A_line_break_in_names_reaches_neither_the_trail_nor_the_log()
    {
        const string forged = "eve\r\nforged: all is well\u2028forged";
        using var process = await Executable.ServeAsync(issuer, "--Logging:LogLevel:Default=Debug");
        using var http = new HttpClient { BaseAddress = process.Address };
        await using var visitor = Browser.At(process.Address.GetLeftPart(UriPartial.Authority));
        await visitor.OpenAsync("/sign-in");
        await visitor.SubmitAsync(("UserName", forged), ("Password", "wrong-password-here"));
        await visitor.OpenAsync(new CodeFlow(app).Link(("client_id", forged)));
        await visitor.OpenAsync(new CodeFlow(app).Link(("redirect_uri", forged), ("state", forged)));
        foreach (var path in (string[])["/token", "/introspect", "/revoke"])
        {
            using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = forged, ["grant_type"] = forged, ["token"] = forged });
            using var answer = await http.PostAsync(path, content);
            Assert.InRange((int)answer.StatusCode, 400, 499);
        }

        await process.KillAsync();
        Assert.DoesNotContain(process.Said.Split('\n'), line => line.TrimStart().StartsWith("forged", StringComparison.Ordinal));
        var rows = await issuer.Get<IdentityDatabase>().ListAsync<string>(
            "SELECT kind || outcome || COALESCE(client_id, '') || COALESCE(account_id, '') || COALESCE(remote, '') || COALESCE(reason, '') FROM security_event", new { }, CancellationToken.None);
        Assert.True(rows.Count(row => row.Contains("refused", StringComparison.Ordinal)) >= 6);
        Assert.DoesNotContain(rows, row => row.Any(letter => char.IsControl(letter) || letter == '\u2028'));
        Assert.DoesNotContain(process.Said, "wrong-password-here", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_text_on_every_page()
    {
        const string script = "<script>alert(1)</script>";
        var client = (await issuer.Get<ClientStore>().FindAsync("app", CancellationToken.None))!;
        await issuer.Get<ClientStore>().AddAsync(client with { ClientId = "marked-up", Name = script }, CancellationToken.None);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "\"><script>alert(2)</script>"), ("Password", "wrong-password-here"));
        Assert.Contains("&lt;script&gt;alert(2)", browser.Html, StringComparison.Ordinal);
        AssertNoScript();

        browser.UserAgent = "<script>alert(3)</script>";
        await person.AllowAsync(browser, "/account");
        Assert.Contains("&lt;script&gt;alert(3)", browser.Html, StringComparison.Ordinal);
        AssertNoScript();

        await browser.OpenAsync(new CodeFlow(app).Link(("client_id", "marked-up")));
        Assert.Contains("&lt;script&gt;alert(1)", browser.Html, StringComparison.Ordinal);
        Assert.Contains("Ana &lt;Lima&gt;", browser.Html, StringComparison.Ordinal);
        AssertNoScript();
        foreach (var path in (string[])["/authorize?client_id=<script>", "/nothing/<script>", "/consent?client_id=<script>", "/sign-in?returnUrl=<script>"])
        {
            await browser.OpenAsync(path);
            AssertNoScript();
        }

        void AssertNoScript() => Assert.DoesNotContain("<script", browser.Html, StringComparison.OrdinalIgnoreCase);
    }

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
        var values = fields.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=')).Select(field => (field[0], field[1].Replace('+', ' '))).ToArray();
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
        foreach (var path in (string[])["/account", "/enrol", new CodeFlow(app).Link(("prompt", "consent")), "/context" + new CodeFlow(app).Link()["/authorize".Length..], "/sign-in", "/second-factor"])
        {
            await browser.OpenAsync(path);
            Assert.Equal("DENY", Assert.Single(browser.Last.Headers.GetValues("X-Frame-Options")));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(browser.Last.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
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
