using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>The privacy officer's work, each to its last click.</summary>
[Collection(DemoCollection.Name)]
public sealed class PrivacyJourneyTests(DemoCity city)
{
    [BrowserTheory]
    [MemberData(nameof(JourneyTests.Devices), MemberType = typeof(JourneyTests))]
    public async Task A_privacy_officer_learns_in_three_clicks_who_saw_a_person_and_why(string device)
    {
        var page = await city.SignedInAsync("privacy", JourneyTests.SizeOf(device));
        await JourneyTests.OpenAsync(page, "People");
        await page.Locator("#Name").FillAsync("Fullerton");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Who saw and why Cleo Fullerton-Test" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Prisca Keepwell").Nth(1)).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("For: Running the service.").First).ToBeVisibleAsync();
        await DemoCity.PictureAsync(page, "privacy-who-saw", device);

        await page.GetByRole(AriaRole.Link, new() { Name = "Disclosures, to print" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What went to others" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Back" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Consents" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "What it does now" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What it says" })).ToBeVisibleAsync();
        await DemoCity.PictureAsync(page, "privacy-consent", device);
    }

    [BrowserFact]
    public async Task A_privacy_officer_judges_a_broken_glass_and_revokes_a_consent_when_its_effect_is_known()
    {
        var page = await city.SignedInAsync("privacy", DemoCity.Desk);
        await JourneyTests.OpenAsync(page, "Waiting");
        await page.GetByRole(AriaRole.Link, new() { Name = "Somebody broke the glass" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Found unconscious on the platform.")).ToBeVisibleAsync();
        await page.Locator("#judgement").FillAsync("The emergency was real; the views fit it.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the judgement" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Your judgement is recorded.");

        var person = city.File.GetProperty("persons").GetProperty("intermediateConsent").GetString()!.Split('/')[1];
        await page.GotoAsync($"{city.Address}/app/people/{person}?show=consents");
        await page.GetByRole(AriaRole.Link, new() { Name = "What it does now" }).ClickAsync();
        await Assertions.Expect(page.GetByText("without this consent it would see")).ToBeVisibleAsync();
        await page.GetByText("Revoke it").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke the consent" }).ClickAsync();
        await Assertions.Expect(page.Locator(".mark").GetByText("Revoked")).ToBeVisibleAsync();

        await JourneyTests.OpenAsync(page, "Agreements");
        await Assertions.Expect(page.GetByText("Not in force").First).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [MemberData(nameof(JourneyTests.Devices), MemberType = typeof(JourneyTests))]
    public async Task A_privacy_officer_links_two_records_of_one_person(string device)
    {
        var family = $"Doppel-Test-{device}";
        using (var staff = city.As("navigator"))
        {
            foreach (var given in new[] { "Dora", "dora" })
            {
                await DemoCity.CreatedAsync(
                    staff,
                    "Patient",
                    $$"""
                    {"resourceType":"Patient","birthDate":"1980-08-08","name":[{"family":"{{family}}","given":["{{given}}"]}]}
                    """);
            }
        }

        var page = await city.SignedInAsync("privacy", JourneyTests.SizeOf(device));
        await JourneyTests.OpenAsync(page, "Waiting");
        var row = page.Locator(".row").Filter(new() { HasText = "Two records, perhaps one person" }).Filter(new() { HasText = family });
        while (await row.CountAsync() == 0)
        {
            await page.WaitForTimeoutAsync(500); // it is looked for after the write
            await page.ReloadAsync();
        }

        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await DemoCity.PictureAsync(page, "privacy-two-records", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep this record" }).First.ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The records are linked.");
        await Assertions.Expect(row).ToHaveCountAsync(0);
    }
}
