using Interop.Demo;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Interop.Pages.Tests.Sight;

/// <summary>
/// Nobody's page shows a person or an element that the same person's FHIR request would not. Every page of every place is looked through
/// for every text that the database has about anybody, and each that is found is asked for with the same account's token.
/// </summary>
[Collection(DemoCollection.Name)]
public sealed class SightTests(DemoCity demo, ITestOutputHelper output)
{
    private static CityTexts? texts;

    public static TheoryData<string, bool> People => new()
    {
        { "dispatcher", true }, { "calltaker", true }, { "field", true }, { "hospital", true }, { "navigator", true }, { "privacy", true },
        { "officer", false }, { "agency", false }, { "evaluator", false }, { "manager", false },
    };

    [BrowserTheory]
    [MemberData(nameof(People))]
    public async Task No_page_shows_what_the_same_persons_FHIR_request_does_not(string name, bool seesPersons)
    {
        var city = texts ??= await Canaries.StoreAsync(demo);
        var page = await demo.SignedInAsync(name, DemoCity.Desk);
        using var eyes = await CallerEyes.OfAsync(demo, page, DemoPerson.All.Single(one => one.UserName == name), city);
        var (shown, leaks, pages) = (0, new List<string>(), 0);
        await foreach (var (path, html) in PageWalk.WalkAsync(page, demo.Address, Starts(demo, name)))
        {
            var text = await PageWalk.TextAsync(page, html);
            pages++;
            shown += city.In(text).Count();
            leaks.AddRange((await eyes.LeaksAsync(text)).Select(leak => $"{path}: {leak}"));
        }

        output.WriteLine($"{name}: {pages} pages, {shown} of {city.Count} texts and ids found on them.");
        Assert.Equal([], leaks);
        Assert.InRange(pages, 2, 200);
        Assert.Equal(seesPersons, shown > 0);

        // What would be found, if it stood there: each of these somebody sees, and she does not.
        string[] hidden = name switch
        {
            "privacy" => [],
            "dispatcher" or "field" or "navigator" => ["voices"],
            "calltaker" => ["voices", "mind", "kind", "reason"],
            _ => ["voices", "mind", "kind", "reason", "flag", "note about a diagnosis"],
        };
        foreach (var planted in hidden.Select(Canaries.Text))
        {
            Assert.Equal([planted], await eyes.LeaksAsync($"Calls\n{planted}, since today\n"));
        }
    }

    [BrowserFact]
    public async Task An_officers_page_shows_what_the_document_says_and_a_search_for_people_whom_FHIR_finds()
    {
        var city = texts ??= await Canaries.StoreAsync(demo);
        var page = await demo.SignedInAsync("officer", DemoCity.Phone);
        using var eyes = await CallerEyes.OfAsync(demo, page, DemoPerson.All.Single(one => one.UserName == "officer"), city);
        var document = await eyes.AskedAsync("Patient/$crisis-summary", """
            {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"INC-0002-OPEN"},
            {"name":"officer","valueString":"officer-1"},{"name":"family","valueString":"Fullerton-Test"},
            {"name":"given","valueString":"Cleo"}]}
            """);
        await page.GotoAsync($"{demo.Address}/app/officer");
        await page.Locator("#Incident").FillAsync("INC-0002-OPEN");
        await page.Locator("#Family").FillAsync("Fullerton-Test");
        await page.Locator("#Given").FillAsync("Cleo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the summary" }).ClickAsync();
        var said = city.In(await PageWalk.TextAsync(page, await page.ContentAsync())).ToList();
        Assert.Contains(said, one => one.Text == "Cleo Fullerton-Test");
        Assert.Equal([], said.Where(one => one.IsId || !CityTexts.Stands(document, one.Text)).Select(one => one.Text));

        var privacy = await demo.SignedInAsync("privacy", DemoCity.Desk);
        using var officer = await CallerEyes.OfAsync(demo, privacy, DemoPerson.All.Single(one => one.UserName == "privacy"), city);
        await privacy.GotoAsync($"{demo.Address}/app/people");
        await privacy.Locator("input[name=Name]").FillAsync("Cleo");
        await privacy.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        var found = await PageWalk.TextAsync(privacy, await privacy.ContentAsync());
        Assert.Contains(city.In(found), one => one.Text == "Cleo Fullerton-Test");
        Assert.Equal([], await officer.LeaksAsync(found));
    }

    /// <summary>The places; and to persons a privacy officer comes by a search, which is no link.</summary>
    internal static string[] Starts(DemoCity demo, string name) => name != "privacy" ? ["/app"] :
    [
        "/app",
        .. demo.File.GetProperty("persons").EnumerateObject().Select(person => $"/app/people/{person.Value.GetString()!.Split('/')[1]}"),
    ];
}
