using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>Calls to their last step: handed over to 988 with what became of it, closed too early, and by who sees no Tasks.</summary>
[Collection(DemoCollection.Name)]
public sealed class DispatchJourneyTests(DemoCity city)
{
    public static TheoryData<string> Devices => ["phone", "desk"];

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_call_taker_who_keeps_no_records_asks_hands_over_to_988_and_says_what_became_of_the_person(string device)
    {
        var (name, call) = await CallAsync($"Nine-{device}");
        var page = await city.SignedInAsync("calltaker", JourneyTests.SizeOf(device));
        await Assertions.Expect(page.Locator("a.tile[href='/app/dispatch'] .tile-figure")).Not.ToHaveTextAsync("0");
        await JourneyTests.OpenAsync(page, "Calls");
        await LookAsync(page, "calltaker-calls", device);
        await page.GetByRole(AriaRole.Link, new() { Name = $"Ask the five questions {name}" }).ClickAsync();
        await Assertions.Expect(page.Locator(".person-name")).ToHaveTextAsync(name);
        foreach (var key in "12221111") // a need, and nothing dangerous
        {
            await page.Keyboard.PressAsync($"{key}");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Who should go?" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The questions say" })).ToBeVisibleAsync();
        await HandOverAsync(page);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What became of the person?" })).ToBeVisibleAsync();
        await LookAsync(page, "calltaker-988", device);
        Assert.Equal("requested", await AnswerAsync(call));

        await JourneyTests.OpenAsync(page, "Calls");
        await Assertions.Expect(page.Locator(".row").Filter(new() { HasText = name }).GetByText("With 988")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = $"Say what became of it {name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record what became of it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Choose what became of the person.")).ToBeVisibleAsync();
        await page.GetByText("The talk was enough").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record what became of it" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("What became of it is recorded.");
        await Assertions.Expect(page.GetByText("What became of it: The talk was enough")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What became of the person?" })).ToHaveCountAsync(0);
        Assert.Equal("completed", await AnswerAsync(call));

        await JourneyTests.OpenAsync(page, "Calls");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = $"Open {name}" })).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [MemberData(nameof(Devices))]
    public async Task A_dispatcher_completes_the_request_and_decides_anew_where_988_gives_the_call_back(string device)
    {
        var (_, call) = await CallAsync($"Back-{device}");
        var page = await city.SignedInAsync("dispatcher", JourneyTests.SizeOf(device));
        await page.GotoAsync($"{city.Address}/app/dispatch/{call.Split('/')[1]}");
        await page.Locator("input[name=need][value=yes]").CheckAsync(); // the line broke: no more is known
        await page.GetByRole(AriaRole.Button, new() { Name = "Who should go?" }).ClickAsync();
        await HandOverAsync(page);
        await page.GetByText("The call came back to us").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record what became of it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The call is yours again: decide who goes.")).ToBeVisibleAsync();
        await LookAsync(page, "dispatch-988-back", device);
        Assert.Equal("completed", await AnswerAsync(call));
        using var staff = city.As("navigator");
        using var requests = JsonDocument.Parse(await staff.GetStringAsync($"ServiceRequest?encounter={call}&intent=order"));
        var transfer = requests.RootElement.GetProperty("entry").EnumerateArray().Single().GetProperty("resource");
        Assert.Equal("completed", transfer.GetProperty("status").GetString());

        await page.Locator("input[name=Model]").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");
        await Assertions.Expect(page.GetByText("The call is yours again")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task What_dispatch_closed_without_a_team_is_given_its_reason_afterwards()
    {
        foreach (var (status, at) in new[] { ("Active", DateTime.UtcNow.AddMinutes(-3)), ("Closed", DateTime.UtcNow.AddMinutes(-1)) })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "examples", "eido-message.json"));
            using var dispatch = city.As("dispatch");
            using var content = new StringContent(
                text.Replace("1042", "7042", StringComparison.Ordinal).Replace("\"Active\"", $"\"{status}\"", StringComparison.Ordinal)
                    .Replace("2026-03-01T12:00:00-05:00", $"{at:yyyy-MM-dd'T'HH:mm:ss}Z", StringComparison.Ordinal),
                Encoding.UTF8,
                "application/json");
            using var answer = await dispatch.PostAsync(new Uri("../cad/eido", UriKind.Relative), content);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        var page = await city.SignedInAsync("dispatcher", DemoCity.Phone);
        await JourneyTests.OpenAsync(page, "Calls");
        var row = page.Locator(".row").Filter(new() { HasText = "C-7042" });
        await Assertions.Expect(row.GetByText("Closed without a team or a reason")).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(page.GetByText("Dispatch has closed this call without a team or a reason.")).ToBeVisibleAsync();
        await page.GetByText("Nobody goes", new() { Exact = true }).ClickAsync();
        await page.Locator("#NotSent").SelectOptionAsync("recalled");
        await LookAsync(page, "dispatch-closed", "phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Nobody was sent: Called back on the way")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Dispatch has closed this call")).ToHaveCountAsync(0);
    }

    private static async Task HandOverAsync(IPage page)
    {
        await page.Locator("input[name=Model][value=transfer-988]").CheckAsync();
        await page.Locator("#Reason").SelectOptionAsync("caller-request");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the decision" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");
    }

    private static async Task LookAsync(IPage page, string name, string device)
    {
        await LookTests.FitsAsync(page, $"{name} {device}");
        await LookTests.AccessibleAsync(page, $"{name} {device}");
        await DemoCity.PictureAsync(page, name, device);
    }

    /// <summary>Of the programme's Task about a call.</summary>
    private async Task<string?> AnswerAsync(string call)
    {
        using var staff = city.As("navigator");
        using var tasks = JsonDocument.Parse(await staff.GetStringAsync($"Task?code=call-answer&encounter={call}"));
        return tasks.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("status").GetString();
    }

    /// <summary>A call about somebody whose name is known.</summary>
    private async Task<(string Name, string Encounter)> CallAsync(string family)
    {
        using var staff = city.As("navigator");
        var patient = await DemoCity.CreatedAsync(
            staff, "Patient", $$"""{"resourceType":"Patient","name":[{"use":"official","family":"{{family}}-Test","given":["Cora"]}]}""");
        var call = await DemoCity.CreatedAsync(staff, "Encounter", $$"""
            {"resourceType":"Encounter","status":"planned",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "type":[{"coding":[{"system":"urn:nena:registry:EIDO-IncidentType-Common","code":"EDP"}]}],
            "identifier":[{"system":"urn:interop:incident","value":"INC-{{family}}"}],
            "subject":{"reference":"{{patient}}"},"period":{"start":"{{DateTime.UtcNow.AddMinutes(-4):o}}"},
            "serviceProvider":{"reference":"Organization/crisis-program"} }
            """);
        return ($"Cora {family}-Test", call);
    }
}
