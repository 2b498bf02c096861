using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>The same work by keyboard alone, in Spanish, and without JavaScript.</summary>
[Collection(DemoCollection.Name)]
public sealed class WaysTests(DemoCity city)
{
    [BrowserFact]
    public async Task A_follow_up_is_claimed_and_recorded_by_keyboard_alone()
    {
        var page = await city.FreshAsync(DemoCity.Desk);
        await page.GotoAsync(city.Address + "/");
        await PressUntilAsync(page, "Care navigator");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/app");
        await PressUntilAsync(page, "Follow-ups");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/app/follow-ups");
        await PressUntilAsync(page, "Claim");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/app/follow-up/**");
        await PressUntilAsync(page, "Reached");
        await page.Keyboard.PressAsync("ArrowDown"); // No answer
        await PressUntilAsync(page, "Record the call");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Your call is recorded.");
    }

    [BrowserFact]
    public async Task A_list_says_by_itself_that_it_has_changed_also_after_it_was_cut_off()
    {
        var page = await city.SignedInAsync("field", DemoCity.Desk);
        var asked = page.WaitForRequestAsync(request => request.Url.Contains("/app/live", StringComparison.Ordinal));
        await JourneyTests.OpenAsync(page, "My incidents");
        await asked;
        await page.WaitForTimeoutAsync(1500); // it has been told how the list stands
        var news = page.Locator("[data-live]");
        await Assertions.Expect(news).ToBeHiddenAsync();
        using var staff = city.As("navigator");
        var incident = await DemoCity.CreatedAsync(staff, "Encounter", $$"""
            {"resourceType":"Encounter","status":"planned",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "identifier":[{"system":"urn:interop:incident","value":"live-{{Guid.NewGuid():N}}"}],
            "period":{"start":"{{DateTime.UtcNow:o}}"},"serviceProvider":{"reference":"Organization/crisis-program"} }
            """);
        await Assertions.Expect(news).ToBeVisibleAsync();
        await news.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(page.Locator($"a[href='/app/field/{incident.Split('/')[1]}']").First).ToBeVisibleAsync();

        // A browser that was told how the list stood before is told at once that it no longer does.
        var answer = await page.APIRequest.FetchAsync($"{city.Address}/app/live?list=nothing");
        Assert.Equal(404, answer.Status);
        var told = await page.EvaluateAsync<string>("""
            async () => {
              const answer = await fetch('/app/live?list=field', { headers: { 'Last-Event-ID': '0-' } });
              const reader = answer.body.getReader();
              const first = new TextDecoder().decode((await reader.read()).value);
              await reader.cancel();
              return first;
            }
            """);
        Assert.Contains("event: changed", told, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_team_finds_what_is_near_by_a_touch()
    {
        var page = await city.SignedInAsync("field", DemoCity.Phone, new()
        {
            Permissions = ["geolocation"], Geolocation = new() { Latitude = 35.0f, Longitude = -80.0f },
        });
        await JourneyTests.OpenAsync(page, "Where to go");
        await page.Locator("[data-near]").ClickAsync();
        await page.WaitForURLAsync("**at=35.000**");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_navigator_works_in_Spanish()
    {
        var page = await city.SignedInAsync("navigator", DemoCity.Phone, new() { Locale = "es-MX" });
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "es");
        await JourneyTests.OpenAsync(page, "Seguimientos");
        await page.GetByRole(AriaRole.Button, new() { Name = "Tomar" }).Last.ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Ahora es suyo.");
        await DemoCity.PictureAsync(page, "navigator-espanol", "phone");
        await page.GetByText("Se dejó un mensaje").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Anotar la llamada" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Su llamada está anotada.");
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }

    /// <summary>In the words that the site brings, with the translation that they bring.</summary>
    [BrowserFact]
    public async Task A_field_team_reads_out_an_instrument_in_Spanish()
    {
        string incident;
        using (var staff = city.As("navigator"))
        {
            var patient = await DemoCity.CreatedAsync(
                staff, "Patient", """{"resourceType":"Patient","name":[{"use":"official","family":"Worded-Test","given":["Ana"]}]}""");
            incident = await DemoCity.CreatedAsync(staff, "Encounter", $$"""
                {"resourceType":"Encounter","status":"in-progress",
                "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
                "subject":{"reference":"{{patient}}"},"period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}"},
                "serviceProvider":{"reference":"Organization/crisis-program"} }
                """);
        }

        var page = await city.SignedInAsync("field", DemoCity.Phone, new() { Locale = "es-MX" });
        await page.GotoAsync($"{city.Address}/app/field/{incident.Split('/')[1]}/ask/phq-2");
        await Assertions.Expect(page.Locator("fieldset[data-question] h2").First).ToHaveTextAsync("¿Qué tan inventado fue lo primero?");
        await Assertions.Expect(page.GetByText("Invented for a test.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("nombres breves")).ToHaveCountAsync(0); // no card is needed
        await DemoCity.PictureAsync(page, "field-ask-espanol", "phone");
        foreach (var question in await page.Locator("fieldset[data-question]").AllAsync())
        {
            await question.Locator("input").Last.CheckAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Guardar las respuestas" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-score] strong")).ToHaveTextAsync("6");
        await Assertions.Expect(page.Locator("[data-score]")).ToContainTextAsync("Positivo");
    }

    [BrowserFact]
    public async Task A_dispatcher_and_a_hospital_work_without_JavaScript()
    {
        var page = await city.SignedInAsync("dispatcher", DemoCity.Desk, new() { JavaScriptEnabled = false });
        await JourneyTests.OpenAsync(page, "Calls");
        await page.GetByRole(AriaRole.Link, new() { Name = "Ask the five questions" }).First.ClickAsync();
        await page.Locator("input[name=violence][value=no]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Who should go?" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The questions say")).ToBeVisibleAsync();
        await page.Locator("input[name=Model]").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");

        var hospital = await city.SignedInAsync("hospital", DemoCity.Phone, new() { JavaScriptEnabled = false });
        await JourneyTests.OpenAsync(hospital, "Referrals");
        await hospital.GetByRole(AriaRole.Link, new() { Name = "From us" }).ClickAsync();
        await Assertions.Expect(hospital.GetByRole(AriaRole.Heading, new() { Name = "Referrals" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_phone_that_lies_there_hides_the_page_until_it_is_touched_and_says_when_it_is_offline()
    {
        var page = await city.SignedInAsync("field", DemoCity.Phone);
        await page.Clock.InstallAsync();
        await JourneyTests.OpenAsync(page, "My incidents");
        await Assertions.Expect(page.Locator("[data-cover]")).ToBeHiddenAsync();
        await page.Clock.FastForwardAsync(61_000);
        await Assertions.Expect(page.Locator("[data-cover]")).ToBeVisibleAsync();
        await page.Locator("[data-cover]").ClickAsync();
        await Assertions.Expect(page.GetByText("Cleo Fullerton-Test").First).ToBeVisibleAsync();

        await page.Context.SetOfflineAsync(true);
        await Assertions.Expect(page.GetByText("There is no connection.")).ToBeVisibleAsync();
        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.GetByText("There is no connection.")).ToBeHiddenAsync();
    }

    /// <summary>Presses Tab until what has the focus says this.</summary>
    private static async Task PressUntilAsync(IPage page, string text)
    {
        for (var presses = 0; presses < 80; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await page.EvaluateAsync<string>(
                "document.activeElement.closest('label')?.textContent ?? document.activeElement.textContent ?? ''");
            if (focused.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The focus never came to {text}.");
    }
}
