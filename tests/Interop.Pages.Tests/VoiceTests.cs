using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>An anonymous survey: a navigator makes links, and somebody without an account answers by one, without a script.</summary>
[Collection(DemoCollection.Name)]
public sealed class VoiceTests(DemoCity city)
{
    [BrowserFact]
    public async Task Somebody_answers_once_by_a_link_on_a_phone_in_either_language_and_without_a_script()
    {
        var navigator = await city.SignedInAsync("navigator", DemoCity.Desk);
        await JourneyTests.OpenAsync(navigator, "Surveys");
        await navigator.GetByLabel("How many links?").FillAsync("2");
        await navigator.GetByRole(AriaRole.Button, new() { Name = "Make the links" }).ClickAsync();
        await DemoCity.PictureAsync(navigator, "survey-links", "desk");
        var links = await navigator.Locator("code").AllTextContentsAsync();
        Assert.Equal(2, links.Count);

        foreach (var (link, locale, thanks) in new[] { (links[0], "en-US", "Thank you"), (links[1], "es-MX", "Gracias") })
        {
            var page = await city.FreshAsync(DemoCity.Phone, new() { Locale = locale, JavaScriptEnabled = false });
            var path = new Uri(link).AbsolutePath;
            await page.GotoAsync(city.Address + path);
            await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", locale[..2]);
            await page.Locator("input[name=satisfaction][value=good]").CheckAsync();
            await page.Locator("input[name=listened][value=partly]").CheckAsync();
            await page.Locator("textarea").FillAsync("Two lines,\nand <b>no</b> name.");
            await page.ScreenshotAsync(new() { Path = Path.Combine(DemoCity.Pictures, $"voice-{locale[..2]}-phone.png"), FullPage = true });
            await page.Locator("main form button").ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = thanks })).ToBeVisibleAsync();
            Assert.DoesNotContain(path.Split('/')[^1], page.Url, StringComparison.Ordinal);

            // The same link again is as one that never was.
            var again = await page.GotoAsync(city.Address + path);
            var unknown = await page.GotoAsync($"{city.Address}/app/voice/AAAAAAAAAAAAAAAAAAAAAA");
            Assert.Equal((404, 404), (again!.Status, unknown!.Status));
        }

        var look = await city.FreshAsync(DemoCity.Phone);
        await look.GotoAsync($"{city.Address}/app/voice/AAAAAAAAAAAAAAAAAAAAAA");
        await Assertions.Expect(look.GetByText("This link is closed")).ToBeVisibleAsync();
        await LookTests.FitsAsync(look, "voice");
        await LookTests.AccessibleAsync(look, "voice");
    }
}
