using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>Whether the programme works: for its evaluator, for its manager, who signs, and for everybody.</summary>
[Collection(DemoCollection.Name)]
public sealed class EvaluationTests(DemoCity city)
{
    private const string Hostile = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>";
    private const string Base = "https://interop.example/fhir";

    [BrowserTheory]
    [InlineData("phone", ColorScheme.Dark)]
    [InlineData("desk", ColorScheme.Light)]
    public async Task An_evaluator_goes_from_the_overview_to_a_measure_and_a_report_and_reads_what_FHIR_gives(
        string device, ColorScheme scheme)
    {
        var page = await city.SignedInAsync("evaluator", JourneyTests.SizeOf(device));
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await JourneyTests.OpenAsync(page, "Measures");
        await LookAsync(page, "measures", device);
        var shown = await page.Locator("#period").InputValueAsync();
        var reports = await ReportsAsync(shown);
        Assert.Equal(14, reports.Count);
        foreach (var report in reports)
        {
            var row = page.Locator($"tr:has(a[href^='/app/measures/{report.Measure}?'])");
            Assert.Equal(report.Figures[0], await TextAsync(row, 1));
            Assert.StartsWith(report.Figures[1], await TextAsync(row, 2), StringComparison.Ordinal);
            Assert.Equal(report.Figures[2], await TextAsync(row, 3));
            await Assertions.Expect(row).ToContainTextAsync(report.IsSigned ? "Signed" : "Draft");
        }

        await Assertions.Expect(page.GetByText("keeps people from being recognised")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "From the call to the follow-up" })).ToBeVisibleAsync();

        await page.Locator("a[href^='/app/measures/response-time?']").ClickAsync();
        await Assertions.Expect(page.Locator("svg.plot polyline").First).ToBeVisibleAsync();
        await ReadsTheMapAsync(page);
        await LookAsync(page, "measure", device);

        await page.GotoAsync($"{city.Address}/app/measures/report/{shown}");
        await Assertions.Expect(page.Locator("section.report")).ToHaveCountAsync(14);
        await Assertions.Expect(page.GetByText("Sign this report")).ToHaveCountAsync(0);
        await LookAsync(page, "report", device);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Assertions.Expect(page.Locator(".top")).ToBeHiddenAsync();
        var paper = await page.PdfAsync(new() { Format = "A4" });
        Assert.True(paper.Length > 20_000);

        // What is no period or measure is not there.
        foreach (var path in new[] { "/app/measures/nothing", "/app/measures/report/2020-01-1", "/app/measures/report/x" })
        {
            Assert.Equal(404, (await page.GotoAsync(city.Address + path))!.Status);
        }
    }

    [BrowserFact]
    public async Task A_manager_signs_what_is_a_draft_after_looking_and_an_evaluator_sees_that()
    {
        var manager = await city.SignedInAsync("manager", DemoCity.Desk);
        await JourneyTests.OpenAsync(manager, "Measures");
        var last = await manager.Locator("#period option").EvaluateAllAsync<string[]>(
            "options => options.map(option => option.value).filter(value => value.endsWith('-1'))");
        var path = $"{city.Address}/app/measures/report/{last[0]}";
        await manager.GotoAsync(path);
        await Assertions.Expect(manager.GetByText("14 of 14 reports are drafts")).ToBeVisibleAsync();
        await Assertions.Expect(manager.GetByText("Draft: nobody has signed it")).ToHaveCountAsync(14);
        await DemoCity.PictureAsync(manager, "report-draft", "desk");
        await manager.GetByText("I have looked at the figures.").ClickAsync();
        await manager.GetByRole(AriaRole.Button, new() { Name = "Sign 14 reports" }).ClickAsync();
        await Assertions.Expect(manager.Locator("[data-done]")).ToHaveTextAsync("Signed. These reports stay as they are.");

        var evaluator = await city.SignedInAsync("evaluator", DemoCity.Phone);
        await evaluator.GotoAsync(path);
        await Assertions.Expect(evaluator.GetByText("All reports of this period are signed")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_manager_records_a_training_and_whose_it_is()
    {
        var page = await city.SignedInAsync("manager", DemoCity.Phone);
        await page.GotoAsync($"{city.Address}/app/agency/people");
        await page.GetByText("Refresher", new() { Exact = true }).ClickAsync();
        await page.Locator("#day").FillAsync("2026-11-02");
        await page.Locator("#hours").FillAsync("3.5");
        await page.Locator("#handsOn").FillAsync("4");
        await page.Locator("label:has(input[value='medic-1'])").ClickAsync();
        await page.Locator("label:has(input[value='team-2'])").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the training" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "handsOn of them" })).ToBeVisibleAsync();

        await page.GetByText("Refresher", new() { Exact = true }).Last.ClickAsync();
        await page.Locator("#day").FillAsync("2026-11-02");
        await page.Locator("#hours").FillAsync("3.5");
        await page.Locator("#handsOn").FillAsync("1");
        await page.Locator("label:has(input[value='medic-1'])").ClickAsync();
        await page.Locator("label:has(input[value='team-2'])").ClickAsync();
        await DemoCity.PictureAsync(page, "training", "phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the training" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Refresher, 2 November 2026: 3.5 hours, 1 of them hands-on")).ToHaveCountAsync(2);
    }

    [BrowserTheory]
    [InlineData("phone", "en-US", "How the crisis programme is doing")]
    [InlineData("desk", "es-MX", "Cómo va el programa de crisis")]
    public async Task Everybody_sees_three_figures_at_once_in_either_language_without_a_script_or_a_session(
        string device, string locale, string title)
    {
        var page = await city.FreshAsync(JourneyTests.SizeOf(device), new() { Locale = locale, JavaScriptEnabled = false });
        var answer = await page.GotoAsync($"{city.Address}/app/figures");
        Assert.Equal($"{city.Address}/app/figures/{locale[..2]}", page.Url);
        Assert.Equal("public, max-age=60", await answer!.HeaderValueAsync("cache-control"));
        Assert.Null(await answer.HeaderValueAsync("set-cookie"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();
        var figures = page.Locator(".firsts .tile-figure");
        await Assertions.Expect(figures).ToHaveCountAsync(3);
        foreach (var figure in await figures.AllAsync())
        {
            var box = await figure.BoundingBoxAsync();
            Assert.True(box!.Y + box.Height <= 844, $"{box.Y}");
        }

        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(DemoCity.Pictures, $"figures-{locale[..2]}-{device}.png"), FullPage = device == "desk",
        });
        Assert.InRange((await answer.BodyAsync()).Length, 1, 200_000);

        var looking = await city.FreshAsync(JourneyTests.SizeOf(device), new() { Locale = locale });
        await looking.GotoAsync(page.Url);
        await LookTests.FitsAsync(looking, "figures");
        await LookTests.AccessibleAsync(looking, "figures");
        Assert.Equal(404, (await looking.GotoAsync($"{city.Address}/app/figures/xx"))!.Status);
    }

    [BrowserFact]
    public async Task The_public_page_and_its_data_have_what_is_signed_byte_for_byte_and_nothing_else()
    {
        using var anybody = new HttpClient { BaseAddress = new Uri(city.File.GetProperty("fhir").GetString() + "/") };
        using var officer = city.As("privacy");
        using var published = JsonDocument.Parse(await anybody.GetStringAsync("MeasureReport/$published"));
        var reports = published.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))
            .Where(resource => resource.GetProperty("resourceType").GetString() == "MeasureReport").ToList();
        Assert.True(reports.Count >= 14 * 12);
        foreach (var report in reports.Where((_, index) => index % 7 == 0))
        {
            Assert.Equal("complete", report.GetProperty("status").GetString());
            Assert.Equal(
                await officer.GetStringAsync($"MeasureReport/{report.GetProperty("id").GetString()}"), report.GetRawText());
        }

        var known = reports.Select(report => report.GetProperty("id").GetString()).ToHashSet();
        using var drafts = JsonDocument.Parse(await officer.GetStringAsync("MeasureReport?_count=200&_elements=status,period"));
        Assert.DoesNotContain(
            drafts.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))
                .Where(report => report.GetProperty("status").GetString() != "complete"),
            report => known.Contains(report.GetProperty("id").GetString()));

        // Each figure of the page is one of the published ones.
        var page = await city.FreshAsync(DemoCity.Desk);
        await page.GotoAsync($"{city.Address}/app/figures/en");
        var period = reports.Select(Span).OrderByDescending(span => span.End, StringComparer.Ordinal)
            .ThenBy(span => span.Start, StringComparer.Ordinal).First();
        var rows = await page.Locator("section.card table").First.Locator("tbody tr").AllAsync();
        var said = reports.Where(report => Span(report) == period).Select(Read).ToList();
        Assert.Equal(said.Count, rows.Count);
        foreach (var row in rows)
        {
            var title = (await row.Locator("th").InnerTextAsync()).Split('\n')[0];
            var report = said.Single(it => Looks.Measured.MeasureNames.Title(it.Measure) == title);
            Assert.Equal(report.Figures[0], await TextAsync(row, 1));
            Assert.Equal(report.Figures[2], await TextAsync(row, 3));
        }

        static (string Start, string End) Span(JsonElement report) => (
            report.GetProperty("period").GetProperty("start").GetString()!, report.GetProperty("period").GetProperty("end").GetString()!);
    }

    [BrowserFact]
    public async Task Hostile_text_of_a_measure_is_text_to_the_evaluator_and_nothing_to_everybody()
    {
        var text = JsonSerializer.Serialize(Hostile);
        using var officer = city.As("privacy");

        // A site's own measure whose url looks like one of the server's, and ends with its id, is shown with them.
        var id = (await DemoCity.CreatedAsync(officer, "Measure", Measure("evil"))).Split('/')[1];
        using (var content = new StringContent(
            Measure(id).Replace("{\"resourceType\"", $"{{\"id\":\"{id}\",\"resourceType\"", StringComparison.Ordinal),
            System.Text.Encoding.UTF8,
            "application/fhir+json"))
        {
            using var stored = await officer.PutAsync(new Uri($"Measure/{id}", UriKind.Relative), content);
            Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync());
        }

        var page = await city.SignedInAsync("evaluator", DemoCity.Desk);
        await page.GotoAsync($"{city.Address}/app/measures");
        var period = await page.Locator("#period").InputValueAsync();
        var (year, month) = (period[..4], period[5..7]);
        var end = new DateOnly(int.Parse(year, CultureInfo.InvariantCulture), int.Parse(month, CultureInfo.InvariantCulture), 1)
            .AddMonths(int.Parse(period[8..], CultureInfo.InvariantCulture)).AddDays(-1);
        await DemoCity.CreatedAsync(officer, "MeasureReport", $$"""
            {"resourceType":"MeasureReport","status":"complete","type":"summary","measure":"{{Base}}/Measure/{{id}}",
            "period":{"start":"{{year}}-{{month}}-01","end":"{{end:yyyy-MM-dd}}"},"group":[{"code":{"text":{{text}} },
            "measureScore":{"value":7,"unit":{{text}} },"stratifier":[{"code":[{"text":{{text}} }],
            "stratum":[{"value":{"text":{{text}} } }]}]}]}
            """);
        foreach (var path in new[]
        {
            "/app/measures", $"/app/measures/{id}", $"/app/measures/report/{period}", "/app/measures?period=%3Cscript%3E",
        })
        {
            await page.GotoAsync(city.Address + path);
            Assert.False(await page.EvaluateAsync<bool>("'hacked' in window"));
        }

        await page.GotoAsync($"{city.Address}/app/measures/{id}");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "<script>" }).First).ToBeVisibleAsync();
        using var http = new HttpClient();
        Assert.DoesNotContain(id, await http.GetStringAsync(new Uri($"{city.Address}/app/figures/en")), StringComparison.Ordinal);
        Assert.DoesNotContain(
            id,
            await http.GetStringAsync(new Uri($"{city.File.GetProperty("fhir")}/MeasureReport/$published")),
            StringComparison.Ordinal);
        using var gone = await officer.DeleteAsync(new Uri($"Measure/{id}", UriKind.Relative));
        Assert.True(gone.IsSuccessStatusCode);

        string Measure(string name) => $$"""
            {"resourceType":"Measure","url":"{{Base}}/Measure/{{name}}","status":"active","title":{{text}},
            "group":[{"code":{"text":{{text}} },"population":[{"description":{{text}},
            "criteria":{"language":"text/fhirpath","expression":"true"} }]}]}
            """;
    }

    [BrowserFact]
    public async Task An_evaluator_meets_no_person_by_any_page()
    {
        var page = await city.SignedInAsync("evaluator", DemoCity.Desk);
        using var navigator = city.As("navigator");
        using var people = JsonDocument.Parse(await navigator.GetStringAsync("Patient?_count=50"));
        var names = people.RootElement.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource").GetProperty("name")[0].GetProperty("given")[0].GetString()!).Distinct().ToList();
        foreach (var path in new[]
        {
            "/app", "/app/measures", "/app/measures/arrest", "/app/follow-ups", "/app/field", "/app/facts", "/app/referrals",
            "/app/dispatch", "/app/privacy", "/app/people", "/app/agreements", "/app/agency", "/app/agency/people", "/app/services",
            "/app/figures/en",
        })
        {
            var answer = await page.GotoAsync(city.Address + path);
            var text = await page.Locator("main").InnerTextAsync();
            Assert.True(answer!.Status is 200 or 403 or 404, $"{path} {answer.Status}");
            Assert.All(names, name => Assert.DoesNotContain(name, text, StringComparison.Ordinal));
        }

        // Nor does she sign: the form is another's, and the server says no.
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var stranger = await http.GetAsync(new Uri($"{city.Address}/app/measures"));
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
    }

    private static async Task LookAsync(IPage page, string name, string device)
    {
        await DemoCity.PictureAsync(page, name, device);
        await LookTests.FitsAsync(page, $"{name} {device}");
        await LookTests.AccessibleAsync(page, $"{name} {device}");
        Assert.InRange((await page.ContentAsync()).Length, 1, 200_000);
    }

    /// <summary>The map says of each district what stands in the table below it.</summary>
    private static async Task ReadsTheMapAsync(IPage page)
    {
        var card = page.Locator(".card:has(svg.map)");
        var tiles = card.Locator("svg.map > g");
        await Assertions.Expect(tiles).ToHaveCountAsync(4);
        for (var at = 0; at < 4; at++)
        {
            var (name, figure) = (tiles.Nth(at).Locator("text").First, tiles.Nth(at).Locator(".map-figure"));
            var row = card.Locator("tbody tr").Filter(new() { HasText = await name.TextContentAsync() });
            Assert.Equal(await TextAsync(row, 3), (await figure.TextContentAsync())!.Trim().Replace('\u00a0', ' '));
        }
    }

    private static async Task<string> TextAsync(ILocator row, int column) =>
        (await row.Locator(":scope > *").Nth(column).InnerTextAsync()).Trim().Replace('\u00a0', ' ');

    /// <summary>What FHIR gives of a period, in the words of the page.</summary>
    private async Task<IReadOnlyList<(string Measure, bool IsSigned, string[] Figures)>> ReportsAsync(string period)
    {
        using var officer = city.As("privacy");
        var start = DateOnly.ParseExact(period[..7] + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var end = start.AddMonths(int.Parse(period[8..], CultureInfo.InvariantCulture)).AddDays(-1);
        using var found = JsonDocument.Parse(await officer.GetStringAsync(
            $"MeasureReport?period=lt{start.AddDays(1):yyyy-MM-dd}&period=gt{end.AddDays(-1):yyyy-MM-dd}&_count=100"));
        return
        [
            .. found.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))
                .Where(report => report.GetProperty("period").GetProperty("start").GetString() == $"{start:yyyy-MM-dd}"
                    && report.GetProperty("period").GetProperty("end").GetString() == $"{end:yyyy-MM-dd}"
                    && report.GetProperty("measure").GetString()!.EndsWith("|1.0.0", StringComparison.Ordinal))
                .Select(Read),
        ];
    }

    private static (string Measure, bool IsSigned, string[] Figures) Read(JsonElement report)
    {
        var groups = report.GetProperty("group").EnumerateArray().ToList();
        var main = groups.FirstOrDefault(group => Code(group) is "share" or "p50" or "mean" or "mean-hours");
        var populations = main.GetProperty("population").EnumerateArray().ToDictionary(it => Code(it));
        var cases = populations[populations.ContainsKey("denominator") ? "denominator" : "initial-population"];
        var missing = main.GetProperty("extension").EnumerateArray()
            .First(it => it.GetProperty("url").GetString()!.EndsWith("measure-missing-share", StringComparison.Ordinal));
        return (
            report.GetProperty("measure").GetString()!.Split('|')[0].Split('/')[^1],
            report.GetProperty("status").GetString() == "complete",
            [
                Said(main.GetProperty("measureScore"), "value"),
                cases.TryGetProperty("count", out var count) ? count.GetInt64().ToString("N0", CultureInfo.InvariantCulture) : "not shown",
                missing.TryGetProperty("valueDecimal", out var share)
                    ? $"{share.GetDecimal().ToString("0.#", CultureInfo.InvariantCulture)} %"
                    : missing.GetRawText().Contains("masked", StringComparison.Ordinal) ? "not shown" : "–",
            ]);

        static string Code(JsonElement item) => item.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString()!;

        static string Said(JsonElement score, string name)
        {
            if (!score.TryGetProperty(name, out var value))
            {
                return score.GetRawText().Contains("masked", StringComparison.Ordinal) ? "not shown" : "–";
            }

            var (number, unit) = (value.GetDecimal(), score.GetProperty("code").GetString());
            var form = unit switch { "%" or "h" => "0.#", "min" => "N0", _ => number >= 1000 ? "N0" : "N2" };
            return $"{number.ToString(form, CultureInfo.InvariantCulture)} {unit}";
        }
    }
}
