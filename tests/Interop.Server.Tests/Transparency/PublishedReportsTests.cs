using System.Globalization;
using System.Net;
using System.Text.Json;
using CsvHelper;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;
using Interop.Server.Tests.Measures;

namespace Interop.Server.Tests.Transparency;

/// <summary>
/// A programme's half-year is evaluated, its staff too; somebody signs some of the reports, and everybody reads those and no others, as the
/// evaluator does.
/// </summary>
public class PublishedReportsTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const string Published = "MeasureReport/$published";
    private const string Figures = "MeasureReport/$published-figures";
    private const int Months = 6;
    private const int Apart = 11;
    private static readonly DateOnly Start = new(2026, 5, 1);

    private static readonly string[] Staff =
        ["training-complete", "refresher-current", "training-hours", "hands-on-hours", "staff-turnover"];

    private readonly string table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
    private readonly InventedProgramme programme = new(seed: 3, Start, Months, visits: 240);
    private readonly InventedStaff staff = new(seed: 5, Start, Months, size: 200);
    private string database = null!;
    private RunningServer server = null!;

    /// <summary>What happened was written down before anybody evaluates it; the worker begins when the server starts.</summary>
    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(table, """
            {"start":"2026-05","districts":["North","=South"],"languages":["en"],"currency":"USD","costPerHour":{"crt":180.5},
             "funding":{"municipal":1},"targets":{"follow-up-48h":{"share":85}}}
            """);
        database = await ServerDatabase.CreateAsync();
        var path = database.StartsWith("sqlite:", StringComparison.Ordinal) ? database["sqlite:".Length..] : database;
        await using (var before = await RunningServer.StartAsync(path))
        {
            await before.ImportAsync(Custodian, [
                Fixtures.Organization(Custodian, "crisis-program"), """{"resourceType":"Practitioner","id":"pm","name":[{"family":"M"}]}""",
                .. programme.Resources, .. staff.Resources]);
        }

        server = await RunningServer.StartAsync(
            path, null, $"--Interop:Evaluation={table}", "--Interop:PublicReports=true", $"--Interop:TimeZone={InventedProgramme.Zone}",
            "--Interop:Limits:AddressPerMinute=60");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await ServerDatabase.DropAsync(database);
        File.Delete(table);
    }

    [Fact]
    public async Task Everybody_reads_what_was_signed_as_the_evaluator_does_and_nothing_else()
    {
        using var evaluator = server.As(Role("evaluator"));
        using var manager = server.As(Role("agency-administrator"), ("fhirUser", "Practitioner/pm"));
        using var anybody = server.WithToken(null);

        // A busy machine makes reports for longer than a request may take: the worker makes them.
        var all = 14 * (Months + 1);
        await Eventually.IsSoAsync(async () =>
            (await evaluator.GetJsonAsync("MeasureReport?_summary=count")).GetProperty("total").GetInt32() == all);
        var half = await evaluator.GetJsonAsync(Asked("arrest", Start, Months));
        Assert.False((await anybody.GetJsonAsync(Published)).GetRawText().Contains("\"MeasureReport\"", StringComparison.Ordinal));
        Assert.Equal(0, (await anybody.GetJsonAsync(Figures)).GetArrayLength());
        var ofStaff = new List<ReadReport>();
        foreach (var measure in Staff)
        {
            ofStaff.AddRange(await StaffIsAsCountedByHandAsync(evaluator, measure));
        }

        NothingSmallOfStaffCanBeWorkedOut(ofStaff);

        // Signed: arrests and repeated contacts of the half-year, and one month; all else is a draft.
        var signed = new List<string>();
        foreach (var (measure, start, months) in new[]
        {
            ("response-time", Start, 1), ("arrest", Start, Months), ("repeat-contact-30d", Start, Months),
            ("training-complete", Start, Months),
        })
        {
            var id = (await evaluator.GetJsonAsync(Asked(measure, start, months))).GetProperty("id").GetString();
            using var change = await manager.ChangeAsync($"MeasureReport/{id}", it => it["status"] = "complete");
            Assert.True(change.IsSuccessStatusCode, await change.Content.ReadAsStringAsync());
            signed.Add($"MeasureReport/{id}");
        }

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var rows = (await server.Rows.AuditAsync(0, 100_000, CancellationToken.None)).Count;
        var bundle = await anybody.GetJsonAsync(Published);
        Assert.Equal(rows, (await server.Rows.AuditAsync(0, 100_000, CancellationToken.None)).Count);
        Assert.Equal(signed, bundle.Keys().Where(key => key.StartsWith("MeasureReport/", StringComparison.Ordinal)));
        Assert.Equal(14, bundle.Keys().Count(key => key.StartsWith("Measure/", StringComparison.Ordinal)));
        foreach (var entry in bundle.GetProperty("entry").EnumerateArray())
        {
            var resource = entry.GetProperty("resource");
            var key = $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}";
            Assert.Equal(await evaluator.GetStringAsync(new Uri(key, UriKind.Relative)), resource.GetRawText());
        }

        // A token makes no difference, whoever's.
        Assert.Equal(bundle.GetRawText(), (await manager.GetJsonAsync(Published)).GetRawText());
        await FiguresAreThoseOfTheReportsAsync(anybody, bundle);
        await ItIsKeptAndReadByAnyPageAsync(anybody);
        await WithoutItsSignatureItIsNotShownAsync(anybody, signed);
        await OnlySoOftenAsync(anybody);
        Assert.Equal("pending", half.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_training_that_could_not_be_counted_is_refused_with_its_rule()
    {
        using var manager = server.As(Role("agency-administrator"));
        foreach (var (qualification, rule) in new[]
        {
            ("""{"code":{"coding":[{"system":"SYSTEM","code":"chess"}]},"period":{"start":"2026-05-01"},HOURS}""", "A training is one of"),
            ("""{"code":{"text":"Nursing"},HOURS}""", "Hours are those of a training"),
            ("""{"code":{"coding":[{"system":"SYSTEM","code":"cit"}]},HOURS}""", "the day on which it began"),
            ("""{"code":{"coding":[{"system":"SYSTEM","code":"cit"}]},"period":{"start":"2026-05-01"} }""", "its hours"),
            ("""{"code":{"coding":[{"system":"SYSTEM","code":"cit"}]},"period":{"start":"2026-05-01"},MORE}""", "handsOn of them"),
        })
        {
            using var refused = await manager.PostFhirAsync("Practitioner", Person(qualification));
            Assert.Contains(rule, (await refused.OutcomeAsync(422)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        await manager.CreatedAsync("Practitioner", Person("""{"code":{"text":"Nursing"} }"""));
        await manager.CreatedAsync("Practitioner", Person(
            """{"code":{"coding":[{"system":"SYSTEM","code":"refresher"}]},"period":{"start":"2026-05-01"},HOURS}"""));

        static string Person(string qualification) => ("""{"resourceType":"Practitioner","qualification":[""" + qualification + "]}")
            .Replace("SYSTEM", Fixtures.Base + "/CodeSystem/crisis-training", StringComparison.Ordinal)
            .Replace("HOURS", Hours("4", "2"), StringComparison.Ordinal)
            .Replace("MORE", Hours("4", "5"), StringComparison.Ordinal);

        static string Hours(string all, string handsOn) => $$"""
            "extension":[{"url":"{{Fixtures.Base}}/StructureDefinition/training-hours","extension":[
            {"url":"hours","valueDecimal":{{all}} },{"url":"handsOn","valueDecimal":{{handsOn}} }]}]
            """;
    }

    /// <summary>Counted again in plain words; no count of few people is shown, and nobody is told apart by groups.</summary>
    private async Task<IReadOnlyList<ReadReport>> StaffIsAsCountedByHandAsync(HttpClient evaluator, string measure)
    {
        var (reports, shown) = (new List<ReadReport>(), 0);
        foreach (var (start, months) in Enumerable.Range(0, Months).Select(month => (Start.AddMonths(month), 1)).Append((Start, Months)))
        {
            var report = new ReadReport(measure, start, months, await evaluator.GetJsonAsync(Asked(measure, start, months)));
            reports.Add(report);
            var cases = staff.Cases(measure, start, months);
            var place = Assert.Single(report.Places()).Json;
            var (all, yes, missing) = ReadReport.CountsOf(place);
            foreach (var (count, those) in new[]
            {
                (all, cases), (yes, [.. cases.Where(it => it.Outcome == true)]), (missing, [.. cases.Where(it => it.Outcome is null)]),
            })
            {
                Assert.True(count is null || count == those.Count, $"{measure} {start}+{months}: {count} and not {those.Count}");
                Assert.False(
                    count is > 0 && (count <= 10 || those.Select(it => it.Id).Distinct().Count() <= 10), $"{measure} {start}: {count}");
                shown += count is null ? 0 : 1;
            }

            if (all is null || yes is null || missing is null || all == missing)
            {
                continue;
            }

            var amount = cases.Where(it => it.Outcome is not null).Sum(it => it.Amount);
            var expected = measure.EndsWith("hours", StringComparison.Ordinal) ? amount
                : Math.Round(100m * yes.Value / (all.Value - missing.Value), 1, MidpointRounding.AwayFromZero);
            Assert.Equal(expected, ReadReport.ScoreOf(place).Value);
        }

        Assert.True(shown > 5, $"{measure}: {shown} counts are shown");
        return reports;
    }

    /// <summary>Somebody has all reports of staff, of which months make the half-year and all measures have the same cases.</summary>
    private void NothingSmallOfStaffCanBeWorkedOut(IEnumerable<ReadReport> reports)
    {
        var published = new PublishedCounts(reports, report =>
        {
            IReadOnlyList<bool?> outcomes = [.. staff.Cases(report.Measure, report.Start, report.Months).Select(it => it.Outcome)];
            return (_, _) => outcomes;
        });
        Assert.NotEmpty(published.Small);
        foreach (var cell in published.Small)
        {
            var (least, greatest) = SmallCells.Tests.Attacker.IntervalOf(published.Tables, published.IsShown, cell);
            Assert.True(greatest - least >= Apart, $"{published.NameOf(cell)}: {least} to {greatest}");
        }
    }

    private static async Task FiguresAreThoseOfTheReportsAsync(HttpClient anybody, JsonElement bundle)
    {
        var text = await anybody.GetStringAsync(new Uri(Figures + "?_format=csv", UriKind.Relative));
        using var csv = CsvReader.FromText(text);
        var (names, cells) = (csv.Headers.ToList(), new List<string[]>());
        while (csv.Read())
        {
            cells.Add([.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }

        var list = (await anybody.GetJsonAsync(Figures)).EnumerateArray().ToList();
        var places = bundle.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource"))
            .Where(resource => resource.GetProperty("resourceType").GetString() == "MeasureReport")
            .SelectMany(report => report.GetProperty("group").EnumerateArray())
            .SelectMany(group => new[] { group }.Concat(group.TryGetProperty("stratifier", out var kinds)
                ? kinds.EnumerateArray().SelectMany(kind => kind.GetProperty("stratum").EnumerateArray()) : []))
            .ToList();
        Assert.Equal((places.Count, places.Count), (cells.Count, list.Count));
        foreach (var (place, row, json) in places.Zip(cells, list))
        {
            var (all, yes, missing) = ReadReport.CountsOf(place);
            var (value, why) = ReadReport.ScoreOf(place);
            Assert.Equal(
                [Text(all), Text(yes), Text(missing), value?.ToString(CultureInfo.InvariantCulture) ?? string.Empty, why ?? string.Empty],
                new[] { "cases", "counted", "missing", "value", "why_empty" }.Select(name => row[names.IndexOf(name)]));
            Assert.DoesNotContain(new[] { all, yes, missing }, count => count is >= 1 and <= 10);
            Assert.Equal(
                row.Select(cell => cell.TrimStart('\'')),
                names.Select(name => json.GetProperty(name)).Select(cell => cell.ValueKind == JsonValueKind.Null ? "" : cell.ToString()));
        }

        // What a spreadsheet would take for a formula is text.
        Assert.Contains(cells, row => row.Contains("'=South"));
        foreach (var strange in (string[])[Figures + "?_format=parquet", Figures + "?measure=arrest", Published + "?measure=arrest"])
        {
            using var other = await anybody.GetAsync(strange);
            await other.OutcomeAsync(400);
        }

        static string Text(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? string.Empty;
    }

    private static async Task ItIsKeptAndReadByAnyPageAsync(HttpClient anybody)
    {
        foreach (var path in new[] { Published, Figures, Figures + "?_format=csv" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.Add("Origin", "https://anywhere.example");
            using var answer = await anybody.SendAsync(request);
            Assert.Equal("public, max-age=60", answer.Headers.CacheControl!.ToString());
            Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
            using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using var known = await anybody.SendAsync(again);
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            Assert.Equal(answer.Headers.ETag, known.Headers.ETag);
        }

        using var posted = await anybody.PostFhirAsync(Published, "{}");
        Assert.False(posted.IsSuccessStatusCode);
    }

    private async Task WithoutItsSignatureItIsNotShownAsync(HttpClient anybody, IReadOnlyList<string> signed)
    {
        using var officer = server.As("privacy");
        var provenance = (await officer.GetJsonAsync($"Provenance?target={signed[0]}")).Keys().Single();
        using var deleted = await officer.DeleteAsync(new Uri(provenance, UriKind.Relative));
        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync());

        server.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(
            signed.Skip(1),
            (await anybody.GetJsonAsync(Published)).Keys().Where(key => key.StartsWith("MeasureReport/", StringComparison.Ordinal)));
    }

    private static async Task OnlySoOftenAsync(HttpClient anybody)
    {
        for (var left = 61; left > 0; left--)
        {
            using var answer = await anybody.GetAsync(Published);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return;
            }
        }

        Assert.Fail("There is no limit.");
    }

    private static DemoCaller Role(string role) => new(role, Custodian, ["HOPERAT"], [role], "system/*.cruds");

    private static string Asked(string measure, DateOnly start, int months) => string.Create(
        CultureInfo.InvariantCulture,
        $"Measure/{measure}/$evaluate-measure?periodStart={start:yyyy-MM-dd}&periodEnd={start.AddMonths(months).AddDays(-1):yyyy-MM-dd}");
}
