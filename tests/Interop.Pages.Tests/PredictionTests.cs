using System.Text.Json;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>
/// From the card of a model to a person who is sought out: a manager answers for it, navigators decide with a reason, and a manager stops
/// it.
/// </summary>
[Collection(DemoCollection.Name)]
public sealed class PredictionTests(DemoCity city)
{
    private const string Card = "/app/model";
    private const string Waiting = "/app/follow-ups/predictions";
    private const string Reason = "She asked to be called when things get worse.";

    [BrowserFact]
    public async Task A_manager_accepts_the_card_navigators_decide_with_a_reason_and_a_manager_stops_it()
    {
        var manager = await city.SignedInAsync("manager", DemoCity.Phone);
        await manager.GotoAsync(city.Address + Card);
        await Assertions.Expect(manager.GetByText("Nobody has accepted it yet.")).ToBeVisibleAsync();
        await Assertions.Expect(RowOf(manager, "Earlier crises in 90 days")).ToContainTextAsync("+0.8");
        await Assertions.Expect(RowOf(manager, "Everybody")).ToContainTextAsync("900");
        await LookAsync(manager, "model");
        await NobodyWaitsAsync(await city.SignedInAsync("navigator", DemoCity.Phone));

        // Some groups are too small to tell how it does about them: she says that she knows.
        await manager.GetByRole(AriaRole.Button, new() { Name = "Accept the model" }).ClickAsync();
        await Assertions.Expect(manager.GetByText("It works since")).ToHaveCountAsync(0);
        await manager.GetByText("I know that nobody can tell").ClickAsync();
        await manager.GetByRole(AriaRole.Button, new() { Name = "Accept the model" }).ClickAsync();
        await Assertions.Expect(manager.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(manager.GetByText("It works since")).ToBeVisibleAsync();

        // Its worker looks each hour, and at a start.
        await city.AgainAsync();
        var page = await city.SignedInAsync("navigator", DemoCity.Phone);
        var rows = page.Locator("li.row:has(textarea)");
        await WaitAsync(async () =>
        {
            await page.GotoAsync(city.Address + Waiting);
            return await rows.CountAsync() > 1;
        });
        await LookAsync(page, "predictions");
        var name = await NameOfAsync(rows.First);
        await rows.First.GetByText("Why").First.ClickAsync();
        await Assertions.Expect(RowOf(page, "Earlier crises in 90 days").First).ToBeVisibleAsync();
        var (before, drafts) = (await OutreachesAsync(), await rows.CountAsync());

        // Without a reason nothing is decided.
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Seek the person out" }).ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(drafts);
        await rows.First.GetByRole(AriaRole.Textbox).FillAsync(Reason);
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Seek the person out" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");
        await Assertions.Expect(rows).ToHaveCountAsync(drafts - 1);
        var calls = page.Locator("[data-calls] li");
        await Assertions.Expect(calls.Filter(new() { HasText = name })).ToHaveCountAsync(1);
        var outreach = Assert.Single((await OutreachesAsync()).Except(before));
        using var navigator = city.As("navigator");
        using var task = JsonDocument.Parse(await navigator.GetStringAsync(outreach));
        using var final = JsonDocument.Parse(await navigator.GetStringAsync(
            task.RootElement.GetProperty("focus").GetProperty("reference").GetString()));
        Assert.Equal("final", final.RootElement.GetProperty("status").GetString());
        Assert.Equal(Reason, final.RootElement.GetProperty("note")[0].GetProperty("text").GetString());
        Assert.Equal("Practitioner/navigator-1", final.RootElement.GetProperty("note")[0].GetProperty("authorReference")
            .GetProperty("reference").GetString());

        // Another one is left, on a desk: no call comes of it.
        var desk = await city.SignedInAsync("navigator", DemoCity.Desk);
        await desk.GotoAsync(city.Address + Waiting);
        var left = desk.Locator("li.row:has(textarea)");
        await left.First.GetByRole(AriaRole.Textbox).FillAsync("Her family is with her and calls us.");
        await left.First.GetByRole(AriaRole.Button, new() { Name = "Leave it" }).ClickAsync();
        await Assertions.Expect(desk.Locator("[data-done]")).ToHaveTextAsync("The decision is recorded.");
        await Assertions.Expect(left).ToHaveCountAsync(drafts - 2);
        Assert.Equal(before.Count + 1, (await OutreachesAsync()).Count);
        await LookAsync(desk, "predictions-decided");

        // The call is made, and the Task is done.
        await desk.Locator("[data-calls] li").Filter(new() { HasText = name }).GetByRole(AriaRole.Button, new() { Name = "Reached" }).First
            .ClickAsync();
        await Assertions.Expect(desk.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(desk.Locator("[data-calls] li").Filter(new() { HasText = name })).ToHaveCountAsync(0);
        using var done = JsonDocument.Parse(await navigator.GetStringAsync(outreach));
        Assert.Equal("completed", done.RootElement.GetProperty("status").GetString());

        // Drafts are for navigators; and what is stopped says nothing any more.
        await NobodyWaitsAsync(await city.SignedInAsync("field", DemoCity.Phone));
        var again = await city.SignedInAsync("manager", DemoCity.Desk);
        await again.GotoAsync(city.Address + Card);
        await again.Locator("#reason").FillAsync("We look at its figures again first.");
        await again.GetByRole(AriaRole.Button, new() { Name = "Stop the model" }).ClickAsync();
        await Assertions.Expect(again.GetByText("It was stopped.")).ToBeVisibleAsync();
        await LookAsync(again, "model-stopped");
        await NobodyWaitsAsync(page);
    }

    private async Task NobodyWaitsAsync(IPage page)
    {
        await page.GotoAsync(city.Address + Waiting);
        await Assertions.Expect(page.GetByText("Nobody is waiting.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("li.row:has(textarea)")).ToHaveCountAsync(0);
    }

    private async Task<IReadOnlyList<string>> OutreachesAsync()
    {
        using var navigator = city.As("navigator");
        using var found = JsonDocument.Parse(await navigator.GetStringAsync("Task?code=outreach&_count=1000"));
        return found.RootElement.TryGetProperty("entry", out var entries)
            ? [.. entries.EnumerateArray().Select(entry => $"Task/{entry.GetProperty("resource").GetProperty("id").GetString()}")]
            : [];
    }

    private static ILocator RowOf(IPage page, string text) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    private static async Task<string> NameOfAsync(ILocator row) => (await row.Locator(".row-name").InnerTextAsync()).Trim();

    private static async Task WaitAsync(Func<Task<bool>> isSoAsync)
    {
        for (var waited = 0; !await isSoAsync(); waited++)
        {
            Assert.True(waited < 120, "No draft came.");
            await Task.Delay(500);
        }
    }

    /// <summary>On a phone and on a desk, in the dark and in the light: it fits, and everybody can use it.</summary>
    private static async Task LookAsync(IPage page, string name)
    {
        foreach (var (size, device, scheme) in new[]
        {
            (DemoCity.Desk, "desk", ColorScheme.Light), (DemoCity.Phone, "phone", ColorScheme.Dark),
        })
        {
            await page.SetViewportSizeAsync(size.Width, size.Height);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await DemoCity.PictureAsync(page, name, device);
            await LookTests.FitsAsync(page, $"{name} {device}");
            await LookTests.AccessibleAsync(page, $"{name} {device}");
            Assert.InRange((await page.ContentAsync()).Length, 1, 200_000);
        }
    }
}
