using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>Each of seven people from one click to the finished work, on a phone and on a desk.</summary>
[Collection(DemoCollection.Name)]
public sealed class JourneyTests(DemoCity city)
{
    public static TheoryData<string> Devices => ["phone", "desk"];

    internal static ViewportSize SizeOf(string device) => device == "phone" ? DemoCity.Phone : DemoCity.Desk;

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_dispatcher_asks_five_questions_by_keys_and_sends_a_team(string device)
    {
        var page = await city.SignedInAsync("dispatcher", SizeOf(device));
        await OpenAsync(page, "Calls");
        await page.GetByRole(AriaRole.Link, new() { Name = "Ask the five questions" }).First.ClickAsync();
        await Assertions.Expect(page.Locator("[data-clock]")).ToContainTextAsync(":");
        await DemoCity.PictureAsync(page, "dispatch-questions", device);
        foreach (var key in "12121111") // a need, no violence, thoughts, no medical danger; can be reached, will speak, an adult
        {
            await page.Keyboard.PressAsync($"{key}");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Who should go?" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The questions say" })).ToBeVisibleAsync();
        await DemoCity.PictureAsync(page, "dispatch-recommendation", device);

        await page.Locator("input[name=Model]").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Decided" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Another_team_than_recommended_needs_a_reason_and_so_does_nobody()
    {
        var page = await city.SignedInAsync("dispatcher", DemoCity.Desk);
        await OpenAsync(page, "Calls");
        await page.GetByRole(AriaRole.Link, new() { Name = "Ask the five questions" }).First.ClickAsync();
        foreach (var question in new[] { "need", "violence", "self-harm", "medical" })
        {
            await page.Locator($"input[name='{question}']").First.CheckAsync(); // violence, and a medical danger
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Who should go?" }).ClickAsync();
        await page.Locator("input[name=Model][value=crt]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "has a reason" })).ToBeVisibleAsync();
        await page.GetByText("Nobody goes", new() { Exact = true }).ClickAsync();
        await page.Locator("#NotSent").SelectOptionAsync("safety");
        await page.Locator("input[name=Model]:checked").EvaluateAsync("radio => { radio.checked = false; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Nobody was sent: Not safe for the team")).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_field_team_opens_the_summary_with_one_touch_records_a_consent_and_hands_over(string device)
    {
        var page = await city.SignedInAsync("field", SizeOf(device));
        await OpenAsync(page, "My incidents");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the summary Cleo Fullerton-Test" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What helps" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".summary section").First.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Safety");
        await DemoCity.PictureAsync(page, "field-summary", device);

        await page.GetByRole(AriaRole.Link, new() { Name = "Where to go" }).Last.ClickAsync();
        await page.GetByText("With room").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Night beds")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Outpatient psychiatry")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the incident" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Ask for consent" }).ClickAsync();
        await page.Locator("input[name=decision][value=permit]").CheckAsync();
        await page.Locator("input[name=recipient][value='Organization/city-hospital']").CheckAsync();
        await page.Locator("input[name=tier][value=full]").CheckAsync();
        await page.Locator("input[name=sensitive][value=PSY]").CheckAsync();
        await page.Locator("input[name=purpose][value=TREAT]").CheckAsync();
        await page.Locator("input[name=manner][value=verbal]").CheckAsync();
        await page.Locator("#witness").SelectOptionAsync(new SelectOptionValue { Label = "Tamsin Gauzewell" });
        await DemoCity.PictureAsync(page, "field-consent", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "File the consent" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The consent is filed.");
        await Assertions.Expect(page.GetByText("Sampleton City Hospital")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Go on" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Hand over" }).ClickAsync();
        await page.GetByText("Referral to psychiatry").ClickAsync();
        await page.Locator("input[name=Owner][value=emergency-department]").CheckAsync();
        await page.Locator("#InWords").FillAsync("Please see this person tonight.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and send" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Sent. You see here when they answer.");
    }

    [BrowserFact]
    public async Task A_referral_without_a_basis_is_not_sent_and_says_what_is_missing()
    {
        var page = await city.SignedInAsync("navigator", DemoCity.Desk);
        var person = city.File.GetProperty("persons").GetProperty("noConsent").GetString()!.Split('/')[1];
        await page.GotoAsync($"{city.Address}/app/referrals/new?patient={person}");
        await page.GetByText("Referral to psychiatry").ClickAsync();
        await page.Locator("input[name=Owner][value=emergency-department]").CheckAsync();
        await page.Locator("#InWords").FillAsync("Kept words.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and send" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "consent" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#InWords")).ToHaveValueAsync("Kept words.");
        await DemoCity.PictureAsync(page, "referral-without-basis", "desk");
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_hospital_accepts_a_referral_and_reports_what_came_of_it(string device)
    {
        var page = await city.SignedInAsync("hospital", SizeOf(device));
        await OpenAsync(page, "Referrals");
        await page.GetByRole(AriaRole.Link, new() { Name = "Answer" }).First.ClickAsync();
        await DemoCity.PictureAsync(page, "hospital-referral", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Accepted. The other side sees it now.");
        await page.GetByRole(AriaRole.Button, new() { Name = "The work has begun" }).ClickAsync();
        await page.Locator("#outcome").FillAsync("Admitted, and sleeps.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Report, and complete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Admitted, and sleeps.")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_hospital_declines_with_a_reason()
    {
        var page = await city.SignedInAsync("hospital", DemoCity.Phone);
        await OpenAsync(page, "Referrals");
        await page.GetByRole(AriaRole.Link, new() { Name = "Answer" }).Last.ClickAsync();
        await page.GetByText("Decline with a reason").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Decline", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Say why you decline.")).ToBeVisibleAsync();
        await page.GetByText("No room at the moment").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Decline", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Declined. The other side sees your reason.");
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_navigator_claims_a_follow_up_calls_and_completes_it(string device)
    {
        var page = await city.SignedInAsync("navigator", SizeOf(device));
        await OpenAsync(page, "Follow-ups");
        await page.GetByRole(AriaRole.Button, new() { Name = "Claim" }).Nth(3).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("It is yours now.");
        await page.GetByRole(AriaRole.Group).GetByText("No answer", new() { Exact = true }).ClickAsync();
        await page.Locator("#Note").FillAsync("The phone rang out.");
        await DemoCity.PictureAsync(page, "navigator-follow-up", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the call" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Your call is recorded.");
        await Assertions.Expect(page.Locator(".timeline").GetByText("The phone rang out.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#Note")).ToHaveValueAsync(string.Empty);

        await page.GetByRole(AriaRole.Group).GetByText("Reached", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the call" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Recorded. The follow-up is complete.");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Done");
    }

    [BrowserFact]
    public async Task A_person_who_may_not_be_called_has_no_number_on_the_page_and_typed_text_outlives_a_reload()
    {
        var page = await city.SignedInAsync("navigator", DemoCity.Desk);
        await page.GotoAsync($"{city.Address}/app/follow-ups");
        while (await page.GetByText("Never call.").CountAsync() == 0)
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Show more" }).ClickAsync();
        }

        var row = page.Locator(".row").Filter(new() { HasText = "Never call." });
        await row.GetByRole(AriaRole.Button, new() { Name = "Claim" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Do not call this person.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("a[href^='tel:']")).ToHaveCountAsync(0);
        await DemoCity.PictureAsync(page, "navigator-never-call", "desk");

        await page.Locator("#Note").PressSequentiallyAsync("Half a sentence");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#Note")).ToHaveValueAsync("Half a sentence");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("It is free for others again.");
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task An_officer_gets_one_document_of_what_helps_and_nothing_stays(string device)
    {
        var page = await city.SignedInAsync("officer", SizeOf(device));
        await OpenAsync(page, "Summary");
        await page.Locator("#Incident").FillAsync("INC-0002-OPEN");
        await page.Locator("#Family").FillAsync("Fullerton-Test");
        await page.Locator("#Given").FillAsync("Cleo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the summary" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What helps" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Cleo Fullerton-Test")).ToBeVisibleAsync();
        Assert.DoesNotContain("Fullerton", page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("Fullerton", await page.TitleAsync(), StringComparison.Ordinal);
        await DemoCity.PictureAsync(page, "officer-summary", device);

        await page.GetByRole(AriaRole.Link, new() { Name = "Done, clear it" }).ClickAsync();
        await Assertions.Expect(page.Locator("#Family")).ToHaveValueAsync(string.Empty);
        await page.Locator("#Incident").FillAsync("INC-9999");
        await page.Locator("#Family").FillAsync("Fullerton-Test");
        await page.Locator("#Given").FillAsync("Cleo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the summary" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No open incident with this number")).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_field_team_asks_by_an_instrument_and_is_told_at_once_what_is_dangerous(string device)
    {
        var family = $"Asked-Test-{device}";
        string incident;
        using (var staff = city.As("navigator"))
        {
            var patient = await DemoCity.CreatedAsync(
                staff, "Patient", $$"""{"resourceType":"Patient","name":[{"use":"official","family":"{{family}}","given":["Ada"]}]}""");
            incident = await DemoCity.CreatedAsync(staff, "Encounter", $$"""
                {"resourceType":"Encounter","status":"in-progress",
                "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
                "subject":{"reference":"{{patient}}"},"period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}"},
                "serviceProvider":{"reference":"Organization/crisis-program"} }
                """);
        }

        var page = await city.SignedInAsync("field", SizeOf(device));
        await page.GotoAsync($"{city.Address}/app/field/{incident.Split('/')[1]}");
        await page.GetByText("Ask by an instrument").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "C-SSRS screener" }).ClickAsync();
        await Assertions.Expect(page.GetByText($"Ada {family}")).ToBeVisibleAsync();
        foreach (var question in await page.Locator("fieldset[data-question]").AllAsync())
        {
            await question.Locator("input[value='LA33-6']").CheckAsync(); // yes
        }

        await DemoCity.PictureAsync(page, "field-ask", device);
        await LookTests.FitsAsync(page, $"an instrument {device}");
        await LookTests.AccessibleAsync(page, $"an instrument {device}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the answers" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Do not leave the person alone")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-score] strong")).ToHaveTextAsync("High");

        // The next who opens the incident sees the Flag first; and who sends the same answers again keeps them once.
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the incident" }).ClickAsync();
        await Assertions.Expect(page.Locator(".summary .first")).ToBeVisibleAsync();
        using var reader = city.As("navigator");
        var answers = await reader.GetStringAsync(
            new Uri($"QuestionnaireResponse?encounter={incident}&_summary=count", UriKind.Relative));
        Assert.Contains("\"total\":1", answers, StringComparison.Ordinal);
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_field_team_says_what_became_of_an_encounter(string device)
    {
        var family = $"Endwell-Test-{device}";
        using (var staff = city.As("navigator"))
        {
            var patient = await DemoCity.CreatedAsync(
                staff, "Patient", $$"""{"resourceType":"Patient","name":[{"use":"official","family":"{{family}}","given":["Ella"]}]}""");
            await DemoCity.CreatedAsync(staff, "Encounter", $$"""
                {"resourceType":"Encounter","status":"finished",
                "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
                "subject":{"reference":"{{patient}}"},"period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}","end":"{{DateTime.UtcNow:o}}"},
                "serviceProvider":{"reference":"Organization/crisis-program"} }
                """);
        }

        var page = await city.SignedInAsync("field", SizeOf(device));
        await OpenAsync(page, "Facts");
        await page.GetByRole(AriaRole.Link, new() { Name = $"Say what became of it Ella {family}" }).ClickAsync();
        await DemoCity.PictureAsync(page, "field-facts", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save what is said" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Answer at least one.")).ToBeVisibleAsync();
        await page.Locator("input[name=arrest][value=no]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save what is said" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(page.Locator("input[name=arrest]")).ToHaveCountAsync(0);
        foreach (var fact in new[] { "force-used", "police-backup-requested", "ed-transport", "jail-booking" })
        {
            await page.Locator($"input[name={fact}][value=no]").CheckAsync();
        }

        await page.Locator("input[name=injury][value=unknown]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save what is said" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Facts" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(family)).ToHaveCountAsync(0);
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task An_administrator_sees_how_the_agency_is_connected_keeps_its_roster_and_says_that_it_is_full(string device)
    {
        var page = await city.SignedInAsync("agency", SizeOf(device));
        await OpenAsync(page, "Agency");
        await Assertions.Expect(page.GetByText("In force", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("demo-hospital")).ToBeVisibleAsync();
        await OpenAsync(page, "People");
        await page.GetByRole(AriaRole.Button, new() { Name = "No longer here Hugo Wardround" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Not at work here")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Back at work Hugo Wardround" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Not at work here")).ToBeHiddenAsync();

        await OpenAsync(page, "Where to go");
        await page.GetByRole(AriaRole.Button, new() { Name = "Full", Exact = true }).First.ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(page.Locator(".row.mine .mark").First).ToHaveTextAsync("Full");
    }

    internal static Task OpenAsync(IPage page, string place) =>
        page.Locator("nav.places").GetByRole(AriaRole.Link, new() { Name = place, Exact = true }).ClickAsync();
}
