using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>What somebody who means ill, or a phone that is passed on, gets from the pages: nothing.</summary>
[Collection(DemoCollection.Name)]
public sealed class SafetyTests(DemoCity city)
{
    private const string Hostile = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>";

    [BrowserFact]
    public async Task Nobody_frames_caches_or_is_told_where_somebody_came_from_and_no_script_of_others_runs()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        foreach (var path in new[] { "/", "/app", "/app/sign-in", "/app/nowhere", "/app/follow-ups" })
        {
            using var answer = await http.GetAsync(new Uri(city.Address + path));
            var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Contains("no-store", $"{answer.Headers.CacheControl}", StringComparison.Ordinal);
        }
    }

    [BrowserFact]
    public async Task Every_page_of_a_signed_in_person_asks_a_stranger_to_sign_in_and_comes_back_to_no_other_site()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        foreach (var path in new[]
        {
            "/app", "/app/follow-ups", "/app/field", "/app/services", "/app/referrals", "/app/officer", "/app/dispatch", "/app/privacy",
            "/app/people", "/app/agreements", "/app/agency", "/app/agency/people", "/app/live?list=field", "/app/consent/x",
            "/app/consents/x", "/app/measures", "/app/measures/arrest", "/app/measures/report/2026-01-1",
        })
        {
            using var answer = await http.GetAsync(new Uri(city.Address + path));
            Assert.True(answer.StatusCode == HttpStatusCode.Redirect, path);
            Assert.StartsWith($"{city.Address}/app/sign-in", $"{answer.Headers.Location}", StringComparison.Ordinal);
        }

        foreach (var elsewhere in new[] { "https://evil.example/", "//evil.example", "/\\evil.example", "/app/../../evil", "javascript:1" })
        {
            var page = await city.FreshAsync(DemoCity.Desk);
            await page.GotoAsync($"{city.Address}/app/sign-in?returnUrl={Uri.EscapeDataString(elsewhere)}");
            await page.Locator("button[value='officer']").ClickAsync();
            await page.WaitForURLAsync("**/app**");
            Assert.StartsWith(city.Address, page.Url, StringComparison.Ordinal);
            await page.Context.CloseAsync();
        }
    }

    [BrowserFact]
    public async Task A_form_of_another_site_does_nothing()
    {
        var page = await city.SignedInAsync("navigator", DemoCity.Desk);
        var cookies = string.Join("; ", (await page.Context.CookiesAsync())
            .Where(cookie => cookie.Name.StartsWith("interop-pages", StringComparison.Ordinal))
            .Select(cookie => $"{cookie.Name}={cookie.Value}"));
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        foreach (var path in new[] { "/app/follow-ups?handler=Claim", "/app/sign-out", "/app/language", "/app/services?handler=Room" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, city.Address + path)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["id"] = "x", ["version"] = "1" }),
            };
            request.Headers.Add("Cookie", cookies);
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".who")).ToContainTextAsync("Nadja Followup");
    }

    [BrowserFact]
    public async Task The_session_key_is_new_after_sign_in_hidden_from_scripts_and_worth_nothing_after_sign_out()
    {
        var page = await city.FreshAsync(DemoCity.Phone);
        await page.Context.AddCookiesAsync([new() { Name = "interop-pages", Value = "planted", Url = city.Address }]);
        await page.GotoAsync(city.Address + "/");
        await page.Locator("button[value='field']").ClickAsync();
        await page.WaitForURLAsync("**/app");
        var cookie = (await page.Context.CookiesAsync()).Single(one => one.Name == "interop-pages");
        Assert.NotEqual("planted", cookie.Value);
        Assert.True(cookie.HttpOnly);
        Assert.DoesNotContain("eyJ", cookie.Value, StringComparison.Ordinal); // no token
        Assert.DoesNotContain("interop-pages=", await page.EvaluateAsync<string>("document.cookie"), StringComparison.Ordinal);

        await JourneyTests.OpenAsync(page, "My incidents");
        await Assertions.Expect(page.GetByText("Cleo Fullerton-Test").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You are signed out, here and where you signed in.")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByText("Cleo Fullerton-Test")).ToHaveCountAsync(0);

        await page.Context.AddCookiesAsync([new() { Name = "interop-pages", Value = cookie.Value, Url = city.Address }]);
        await page.GotoAsync($"{city.Address}/app/field");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();

        // At the issuer, too, nobody is signed in: it asks for a password.
        await page.GotoAsync($"{city.Issuer}/account");
        await Assertions.Expect(page.Locator("#Password")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Hostile_text_in_names_and_notes_is_text()
    {
        using var navigator = city.As("navigator");
        var patient = await DemoCity.CreatedAsync(navigator, "Patient", $$"""
            {"resourceType":"Patient","name":[{"use":"official","family":{{JsonSerializer.Serialize(Hostile)}},"given":["Zora"]}],
            "telecom":[{"system":"phone","value":"\" onmouseover=\"window.hacked=1"}]}
            """);
        await DemoCity.CreatedAsync(navigator, "Encounter", $$"""
            {"resourceType":"Encounter","status":"finished",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "subject":{"reference":"{{patient}}"},"period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}","end":"{{DateTime.UtcNow:o}}"},
            "serviceProvider":{"reference":"Organization/crisis-program"},"reasonCode":[{"text":{{JsonSerializer.Serialize(Hostile)}} }]}
            """);
        using var tasks = JsonDocument.Parse(await navigator.GetStringAsync($"Task?code=follow-up-48h&patient={patient}"));
        var task = tasks.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("id").GetString();
        var page = await city.SignedInAsync("navigator", DemoCity.Desk);

        await page.GotoAsync($"{city.Address}/app/follow-up/{task}");
        await Assertions.Expect(page.Locator(".person-name")).ToContainTextAsync("<script>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Claim" }).ClickAsync();
        await page.GetByText("No answer", new() { Exact = true }).ClickAsync();
        await page.Locator("#Note").FillAsync(Hostile);
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the call" }).ClickAsync();
        await Assertions.Expect(page.Locator(".timeline").GetByText("<script>").First).ToBeVisibleAsync();
        await page.GotoAsync($"{city.Address}/app/follow-ups?show=%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E");

        Assert.False(await page.EvaluateAsync<bool>("'hacked' in window"));
        Assert.DoesNotContain("Zora", page.Url + await page.TitleAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_list_shows_the_persons_that_the_same_callers_FHIR_request_gives_and_no_others()
    {
        foreach (var (person, caller, path, query) in new[]
        {
            ("navigator", "navigator", "/app/follow-ups",
                "Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due&_count=20"),
            ("hospital", "hospital", "/app/referrals", "Task?code=fulfill-referral&owner=Organization/city-hospital"
                + "&status=requested,received,accepted,in-progress,on-hold&_sort=-authored-on&_count=20"),
        })
        {
            using var client = city.As(caller);
            using var found = JsonDocument.Parse(await client.GetStringAsync(query));
            var page = await city.SignedInAsync(person, DemoCity.Desk);
            await page.GotoAsync(city.Address + path);
            var shown = await page.Locator(".row-name a").EvaluateAllAsync<string[]>(
                "links => links.map(link => link.href.split('/').pop())");
            Assert.Equal(
                found.RootElement.GetProperty("entry").EnumerateArray()
                    .Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()),
                shown);
            await page.Context.CloseAsync();
        }

        // Another agency's page of a person or a Task is what its FHIR request is: not there.
        var hospital = await city.SignedInAsync("hospital", DemoCity.Desk);
        using var navigator = city.As("navigator");
        using var follow = JsonDocument.Parse(await navigator.GetStringAsync("Task?code=follow-up-48h&_count=1"));
        var task = follow.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("id").GetString();
        foreach (var path in new[]
        {
            $"/app/follow-up/{task}", $"/app/referral/{task}", "/app/field/unknown", "/app/people/unknown", "/app/privacy/x",
        })
        {
            var answer = await hospital.GotoAsync(city.Address + path);
            Assert.Equal(404, answer!.Status);
        }
    }

    [BrowserFact]
    public async Task An_account_that_is_ended_everywhere_ends_the_session_with_the_next_page()
    {
        var page = await city.SignedInAsync("agency", DemoCity.Desk);
        await page.GotoAsync($"{city.Issuer}/account");
        await page.Locator("form[action*='EndAll'] button, button[value='all'], button:has-text('everywhere')").First.ClickAsync();
        await page.GotoAsync($"{city.Address}/app/agency");
        await Assertions.Expect(page.GetByText("Your session has ended. Sign in again to go on.")).ToBeVisibleAsync();
    }
}
