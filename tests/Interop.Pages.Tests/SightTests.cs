using System.Net;
using System.Text.RegularExpressions;
using Interop.Demo;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Interop.Pages.Tests;

/// <summary>
/// Nobody's page shows a person or an element that the same person's FHIR request would not. Every page of every place is looked through
/// for every text that the database has about anybody, and each that is found is asked for with the same account's token.
/// </summary>
[Collection(DemoCollection.Name)]
public sealed partial class SightTests(DemoCity demo, ITestOutputHelper output)
{
    private const int PagesOfAShape = 3;
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
        var city = await CityAsync();
        var page = await demo.SignedInAsync(name, DemoCity.Desk);
        using var eyes = await CallerEyes.OfAsync(demo, page, DemoPerson.All.Single(one => one.UserName == name), city);
        var (shown, leaks, pages) = (0, new List<string>(), 0);
        await foreach (var (path, text) in WalkAsync(page, Starts(name)))
        {
            pages++;
            shown += city.In(text).Count();
            leaks.AddRange((await LeaksAsync(city, eyes, text)).Select(leak => $"{path}: {leak}"));
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
        foreach (var planted in hidden.Select(Canary))
        {
            Assert.Equal([planted], await LeaksAsync(city, eyes, $"Calls\n{planted}, since today\n"));
        }
    }

    [BrowserFact]
    public async Task An_officers_page_shows_what_the_document_says_and_a_search_for_people_whom_FHIR_finds()
    {
        var city = await CityAsync();
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
        var said = city.In(await TextAsync(page, await page.ContentAsync())).ToList();
        Assert.Contains(said, one => one.Text == "Cleo Fullerton-Test");
        Assert.Equal([], said.Where(one => one.IsId || !CityTexts.Stands(document, one.Text)).Select(one => one.Text));

        var privacy = await demo.SignedInAsync("privacy", DemoCity.Desk);
        using var officer = await CallerEyes.OfAsync(demo, privacy, DemoPerson.All.Single(one => one.UserName == "privacy"), city);
        await privacy.GotoAsync($"{demo.Address}/app/people");
        await privacy.Locator("input[name=Name]").FillAsync("Cleo");
        await privacy.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        var found = await TextAsync(privacy, await privacy.ContentAsync());
        Assert.Contains(city.In(found), one => one.Text == "Cleo Fullerton-Test");
        Assert.Equal([], await LeaksAsync(city, officer, found));
    }

    private static string Canary(string what) => $"Canary text of a {what}";

    private static async Task<List<string>> LeaksAsync(CityTexts city, CallerEyes eyes, string page)
    {
        var leaks = new List<string>();
        foreach (var (text, isId, records) in city.In(page))
        {
            if (!await eyes.SeesAsync(text, isId, records))
            {
                leaks.Add(text);
            }
        }

        return leaks;
    }

    /// <summary>The places; and to persons a privacy officer comes by a search, which is no link.</summary>
    private string[] Starts(string name) => name != "privacy" ? ["/app"] :
    [
        "/app",
        .. demo.File.GetProperty("persons").EnumerateObject().Select(person => $"/app/people/{person.Value.GetString()!.Split('/')[1]}"),
    ];

    /// <summary>The places, what they lead to, and so on: a few pages of each shape of address.</summary>
    private async IAsyncEnumerable<(string Path, string Text)> WalkAsync(IPage page, string[] starts)
    {
        var (waiting, seen, shapes) = (new Queue<string>(starts), new HashSet<string>(starts), new Dictionary<string, int>());
        while (waiting.TryDequeue(out var path))
        {
            var answer = await page.Context.APIRequest.GetAsync(demo.Address + path);
            Assert.True(answer.Ok, $"{path} {answer.Status}");
            var html = await answer.TextAsync();
            yield return (path, await TextAsync(page, html));
            foreach (var link in Links().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Where(seen.Add))
            {
                var shape = LookTests.ShapeOf(link);
                shapes[shape] = shapes.GetValueOrDefault(shape) + 1;
                if (shapes[shape] <= PagesOfAShape)
                {
                    waiting.Enqueue(link);
                }
            }
        }
    }

    /// <summary>Every text and every value of an attribute, a line each: also what is folded up, hidden, or meant for a script.</summary>
    private static Task<string> TextAsync(IPage page, string html) => page.EvaluateAsync<string>(
        """
        html => {
            const lines = [];
            const walk = node => {
                if (node.nodeType === 3) { lines.push(node.data); }
                for (const attribute of node.attributes ?? []) { lines.push(attribute.value); }
                for (const child of node.childNodes) { walk(child); }
            };
            walk(new DOMParser().parseFromString(html, 'text/html').documentElement);
            return lines.map(line => line.replace(/\s+/g, ' ').trim()).filter(line => line).join('\n');
        }
        """,
        html);

    /// <summary>The city with texts of our own, each in one record alone, so that no other person's record can excuse it.</summary>
    private async Task<CityTexts> CityAsync()
    {
        if (texts is not null)
        {
            return texts;
        }

        using var privacy = demo.As("privacy");
        using var navigator = demo.As("navigator");
        var persons = demo.File.GetProperty("persons");
        var (nobodys, shared) = (persons.GetProperty("noConsent").GetString()!, persons.GetProperty("intermediateConsent").GetString()!);
        await DemoCity.CreatedAsync(privacy, "Flag", Flag(nobodys, "voices", "PSYTHPN"));
        foreach (var person in (string[])[nobodys, shared])
        {
            await DemoCity.CreatedAsync(navigator, "Flag", Flag(person, person == nobodys ? "flag" : "shared flag", null));
            await DemoCity.CreatedAsync(navigator, "Flag", Flag(person, person == nobodys ? "mind" : "shared mind", "PSY"));
        }

        await DemoCity.CreatedAsync(navigator, "Encounter", Encounter(nobodys, "in-progress", "kind", "reason"));
        await DemoCity.CreatedAsync(navigator, "Encounter", Encounter(nobodys, "finished", "ended kind", "ended reason"));
        await DemoCity.CreatedAsync(navigator, "Condition", $$"""
            {"resourceType":"Condition","subject":{"reference":"{{shared}}"},"code":{"text":"{{Canary("diagnosis")}}"},
            "note":[{"text":"{{Canary("note about a diagnosis")}}"}]}
            """);
        using var bundle = new StringContent(Referral(shared), System.Text.Encoding.UTF8, "application/fhir+json");
        using var referred = await navigator.PostAsync(new Uri(string.Empty, UriKind.Relative), bundle);
        Assert.True(referred.IsSuccessStatusCode, await referred.Content.ReadAsStringAsync());
        texts = await CityTexts.ReadAsync(Path.Combine(demo.Folder, "interop.db"));
        Assert.InRange(texts.Count, 1_000, 1_000_000);
        return texts;
    }

    private static string Flag(string person, string what, string? label)
    {
        var security = label is null ? string.Empty
            : $$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{label}}"}]}""";
        return $$"""
            {"resourceType":"Flag","status":"active","code":{"text":"{{Canary(what)}}"},"subject":{"reference":"{{person}}"}{{security}} }
            """;
    }

    private static string Encounter(string person, string status, string kind, string reason)
    {
        var end = status == "finished" ? $",\"end\":\"{DateTime.UtcNow:o}\"" : string.Empty;
        return $$"""
            {"resourceType":"Encounter","status":"{{status}}",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},"type":[{"text":"{{Canary(kind)}}"}],
            "subject":{"reference":"{{person}}"},"serviceProvider":{"reference":"Organization/crisis-program"},
            "period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}"{{end}} },"reasonCode":[{"text":"{{Canary(reason)}}"}]}
            """;
    }

    private static string Referral(string person) => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c31",
        "resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","priority":"urgent",
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"183524004"}],"text":"{{Canary("referral")}}"},
        "subject":{"reference":"{{person}}"},"requester":{"reference":"Organization/crisis-program"},
        "performer":[{"reference":"Organization/city-hospital"}],"reasonCode":[{"text":"{{Canary("reason to refer")}}"}],
        "note":[{"text":"{{Canary("note for the house")}}"}]},"request":{"method":"POST","url":"ServiceRequest"} },
        {"resource":{"resourceType":"Task","status":"requested","intent":"order",
        "code":{"coding":[{"system":"https://interop.example/fhir/CodeSystem/crisis-task","code":"fulfill-referral"}]},
        "description":"{{Canary("wish")}}","note":[{"text":"{{Canary("note of the task")}}"}],
        "focus":{"reference":"urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c31"},"for":{"reference":"{{person}}"},
        "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/city-hospital"},
        "authoredOn":"{{DateTime.UtcNow:o}}"},"request":{"method":"POST","url":"Task"} }]}
        """;

    [GeneratedRegex("<a [^>]*href=\"(/app[^\"]*)\"")]
    private static partial Regex Links();
}
