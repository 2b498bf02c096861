using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>Every place of every person, on a phone and on a desk: it opens, fits, and axe-core finds nothing serious.</summary>
[Collection(DemoCollection.Name)]
public sealed class LookTests(DemoCity city)
{
    // Of what elements the pages are made that axe-core has judged.
    private static readonly HashSet<string> Judged = [];

    [BrowserTheory]
    [InlineData("dispatcher")]
    [InlineData("calltaker")]
    [InlineData("field")]
    [InlineData("officer")]
    [InlineData("hospital")]
    [InlineData("navigator")]
    [InlineData("privacy")]
    [InlineData("agency")]
    [InlineData("evaluator")]
    [InlineData("manager")]
    public async Task Every_place_of_a_person_opens_fits_and_can_be_used_by_everybody(string name)
    {
        var page = await city.SignedInAsync(name, DemoCity.Phone);
        var places = await page.Locator("nav.places a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.InRange(places.Length, 2, 5);
        foreach (var place in places)
        {
            foreach (var (size, device, scheme) in new[]
            {
                (DemoCity.Phone, "phone", ColorScheme.Dark), (DemoCity.Desk, "desk", ColorScheme.Light),
            })
            {
                await page.SetViewportSizeAsync(size.Width, size.Height);
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                var answer = await page.GotoAsync(city.Address + place);
                Assert.True(answer!.Ok, $"{name} {place} {answer.Status}");
                Assert.InRange((await answer.BodyAsync()).Length, 1, 200_000);
                await DemoCity.PictureAsync(page, $"{name}{place.Replace('/', '-')}", device);
                await FitsAsync(page, $"{name} {place} {device}");
                await AccessibleAsync(page, $"{name} {place} {device}");
            }
        }

        await FollowAsync(page, name, [.. places]);
    }

    /// <summary>What the places lead to, and what that leads to: one page of each shape of address.</summary>
    private async Task FollowAsync(IPage page, string name, List<string> waiting)
    {
        var (seen, places) = (new HashSet<string>(waiting.Select(ShapeOf)), waiting.Count);
        for (var number = 0; number < waiting.Count; number++)
        {
            await page.GotoAsync(city.Address + waiting[number]);
            if (number >= places)
            {
                foreach (var (size, device) in new[] { (DemoCity.Phone, "phone"), (DemoCity.Desk, "desk") })
                {
                    await page.SetViewportSizeAsync(size.Width, size.Height);
                    await FitsAsync(page, $"{name} {waiting[number]} {device}");
                }

                // A page of other words and figures, made of the same, is judged the same: fourteen measures have one page.
                if (Judged.Add(await ElementsAsync(page)))
                {
                    await AccessibleAsync(page, $"{name} {waiting[number]}");
                }
            }

            var links = await page.Locator("main a[href^='/app/']").EvaluateAllAsync<string[]>(
                "links => links.map(link => link.getAttribute('href'))");
            waiting.AddRange(links.Where(link => seen.Add(ShapeOf(link))));
        }
    }

    /// <summary>The kinds of elements that are in the page: their names, classes and roles.</summary>
    private static Task<string> ElementsAsync(IPage page) => page.EvaluateAsync<string>("""
        [...new Set([...document.querySelectorAll('body *')].map(element =>
            [element.tagName, ...['class', 'role', 'type', 'aria-current', 'disabled'].map(name => element.getAttribute(name))].join()))]
            .sort().join(' ')
        """);

    /// <summary>An address without what names one of many: ids, and what is asked for.</summary>
    internal static string ShapeOf(string address) => string.Join('/', address.Split('?')[0].Split('/').Select(part =>
        part.Any(char.IsAsciiDigit) || part.Length > 20 ? "*" : part));

    internal static async Task FitsAsync(IPage page, string where)
    {
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(width <= 0, $"{where} is {width} px too wide.");
    }

    internal static async Task AccessibleAsync(IPage page, string where)
    {
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa") });
        var serious = found.Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation =>
            $"{where}: {violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Take(3).Select(node => node.Html))}").ToList();
        Assert.Empty(serious);
    }
}
