using System.Globalization;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Measures;

/// <summary>
/// A year of a programme, evaluated by the server's worker and read over HTTP: every figure is what somebody finds who counts again by
/// hand, nobody works out a small one, and a signed report stays.
/// </summary>
public class MeasureReportTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const int Apart = 11;
    private const int StaffMeasures = 5;
    private static readonly DateOnly Start = new(2025, 11, 1);
    private static readonly string[] Measures =
    [
        "arrest", "force-used", "ed-transport", "response-time", "cost", "repeat-contact-30d", "follow-up-48h", "referral-completed",
        "call-answered",
    ];

    private readonly string table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
    private readonly TestClock clock = new();
    private InventedProgramme programme = null!;
    private string database = null!;
    private RunningServer server = null!;
    private RunningServer? other;

    /// <summary>How long the programme has been at it: a year, or half of one.</summary>
    protected virtual int Months => 12;

    /// <summary>What happened was written down before anybody evaluates it; the worker begins when the server starts.</summary>
    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(table, """
            {"start":"2025-11","daysUntilFrozen":10,"districts":["North","South"],"languages":["en","es"],"currency":"USD",
             "costPerHour":{"crt":180.5,"ccd":75,"co-response":240},"funding":{"municipal":0.4,"health":0.35,"foundation":0.25}}
            """);
        programme = new(seed: 20, Start, Months, visits: 30 * Months);
        clock.Advance(TimeSpan.FromDays(-30.5 * (12 - Months)));
        database = await ServerDatabase.CreateAsync();
        await using (var before = await RunningServer.StartAsync(PathOf(database)))
        {
            await before.ImportAsync(Custodian, [
                Fixtures.Organization(Custodian, "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
                Fixtures.Agreement("city-hospital"), """{"resourceType":"Practitioner","id":"pm","name":[{"family":"Invented"}]}""",
                .. programme.Resources]);
        }

        // On PostgreSQL two servers are at it at once.
        var count = ServerDatabase.Kind == DatabaseKind.Postgres ? 2 : 1;
        var servers = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartAsync()));
        (server, other) = (servers[0], servers.ElementAtOrDefault(1));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        if (other is not null)
        {
            await other.DisposeAsync();
        }

        await ServerDatabase.DropAsync(database);
        File.Delete(table);
    }

    [Fact]
    public async Task A_year_is_counted_as_by_hand_hides_what_is_small_and_stays_as_it_was_signed()
    {
        using var evaluator = server.As(Role("evaluator"));
        var reports = new List<ReadReport>();
        foreach (var (start, months) in Periods())
        {
            foreach (var measure in Measures)
            {
                reports.Add(new(measure, start, months, await MadeAsync(evaluator, Asked(measure, start, months))));
            }
        }

        // The worker makes what is due by itself, and what was asked for meanwhile is made once. Of staff there is none here.
        var made = reports.Count + (Periods().Count() * StaffMeasures);
        await Eventually.IsSoAsync(async () => await CountAsync(evaluator, "MeasureReport") >= made);
        Assert.Equal(made, await CountAsync(evaluator, "MeasureReport"));
        Assert.All(reports, report => Assert.Equal("1", report.Json.GetProperty("meta").GetProperty("versionId").GetString()));
        var shown = 0;
        foreach (var report in reports)
        {
            shown += Recount.FiguresAreThoseOf(programme, report);
        }

        Assert.True(shown > 100 * Months, $"{shown} counts are shown");
        if (other is null)
        {
            NothingSmallCanBeWorkedOut(reports); // the same counts are masked on the other database
        }

        await AllIsWhatR4AndOurProfilesSayAsync(evaluator, reports);
        await AnEvaluatorSeesReportsAndNothingElseAsync(evaluator);
        await WhatIsWrittenLaterChangesNothingAsync(reports);
        await WhoSignsIsNamedAndASignedReportStaysAsync(reports[^1]);
    }

    /// <summary>On a busy machine a year may take longer than a request: what is made by then stays, and asking again goes on.</summary>
    private static async Task<JsonElement> MadeAsync(HttpClient evaluator, string path)
    {
        await Eventually.IsSoAsync(async () =>
        {
            using var answer = await evaluator.GetAsync(path);
            return answer.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable;
        });
        return await evaluator.GetJsonAsync(path);
    }

    private IEnumerable<(DateOnly Start, int Months)> Periods() => new[] { 1, 6, 12 }.SelectMany(length =>
        Enumerable.Range(0, Months / length).Select(period => (Start.AddMonths(period * length), length)));

    /// <summary>Somebody has all reports, knows how counts add up, and uses another solver than the server.</summary>
    private void NothingSmallCanBeWorkedOut(IReadOnlyList<ReadReport> reports)
    {
        foreach (var family in (string[][])[[.. Measures[..6], "follow-up-48h"], ["referral-completed"], ["call-answered"]])
        {
            var published = new PublishedCounts(reports.Where(report => family.Contains(report.Measure)), programme);
            var small = published.Small;
            Assert.NotEmpty(small);
            foreach (var cell in small.Where((_, index) => index % Math.Max(1, small.Count / 12) == 0))
            {
                var (least, greatest) = SmallCells.Tests.Attacker.IntervalOf(published.Tables, published.IsShown, cell);
                Assert.True(greatest - least >= Apart, $"{published.NameOf(cell)}: {least} to {greatest}");
            }
        }
    }

    private static async Task AllIsWhatR4AndOurProfilesSayAsync(HttpClient evaluator, IReadOnlyList<ReadReport> reports)
    {
        foreach (var measure in Measures)
        {
            var stored = await evaluator.GetJsonAsync($"Measure/{measure}");
            foreach (var (type, json) in new[] { ("Measure", stored), ("MeasureReport", reports.Last(it => it.Measure == measure).Json) })
            {
                using var judged = await evaluator.PostFhirAsync($"{type}/$validate", json.GetRawText());
                var issues = (await judged.JsonAsync()).GetProperty("issue").EnumerateArray().Where(issue =>
                    issue.Text("severity") is "error" or "fatal");
                Assert.Empty(issues);
            }
        }
    }

    private async Task AnEvaluatorSeesReportsAndNothingElseAsync(HttpClient evaluator)
    {
        Assert.Equal(Measures.Length + StaffMeasures, await CountAsync(evaluator, "Measure"));
        foreach (var path in new[] { "Patient", "Encounter", "Observation", "Task", "Provenance" })
        {
            Assert.Equal(0, await CountAsync(evaluator, path));
        }

        using (var person = await evaluator.GetAsync("Patient/p1"))
        {
            await person.OutcomeAsync(404);
        }

        foreach (var path in new[]
        {
            "Measure/arrest/$evaluate-measure?periodStart=2025-11-02&periodEnd=2025-11-30",
            "Measure/arrest/$evaluate-measure?periodStart=2025-12&periodEnd=2026-05",
            "Measure/arrest/$evaluate-measure?periodStart=2025-10&periodEnd=2025-10",
            "Measure/arrest/$evaluate-measure?periodStart=2026-11&periodEnd=2026-11",
        })
        {
            using var refused = await evaluator.GetAsync(path);
            await refused.OutcomeAsync(422);
        }

        foreach (var further in new[] { "&reportType=subject-list", "&subject=Patient/p1", "&practitioner=Practitioner/pm" })
        {
            using var refused = await evaluator.GetAsync(Asked("arrest", Start, 6) + further);
            var name = further[1..].Split('=')[0];
            Assert.Contains(name, (await refused.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        using (var posted = await evaluator.PostFhirAsync("Measure/arrest/$evaluate-measure", """
            {"resourceType":"Parameters","parameter":[{"name":"periodStart","valueDate":"2025-11-01"},
            {"name":"periodEnd","valueDate":"2026-04-30"},{"name":"reportType","valueCode":"summary"}]}
            """))
        {
            Assert.Equal(200, (int)posted.StatusCode);
        }

        // An evaluator writes nothing, a measure is nobody's to change, and who evaluates is the programme's.
        using (var written = await evaluator.PostFhirAsync("MeasureReport", Own("MeasureReport", "https://example.org/Measure/mine")))
        {
            await written.OutcomeAsync(403);
        }

        using var administrator = server.As(Role("agency-administrator"));
        foreach (var (type, json) in new[]
        {
            ("Measure", """{"resourceType":"Measure","status":"active","url":"https://interop.example/fhir/Measure/arrest"}"""),
            ("MeasureReport", Own("MeasureReport", "https://interop.example/fhir/Measure/arrest|1.0.0")),
        })
        {
            using var imitated = await administrator.PostFhirAsync(type, json);
            await imitated.OutcomeAsync(403);
        }

        await DeniedAsync(Role("navigator"), "arrest", 403);
        await DeniedAsync(Role("evaluator") with { Scope = "system/Patient.rs" }, "arrest", 403);
        await DeniedAsync(Role("evaluator") with { Scope = "system/Measure.rs" }, "arrest", 403);
        await DeniedAsync(Role("evaluator"), "nothing", 404);
        await DeniedAsync(Role("evaluator") with { Organization = "city-hospital" }, "arrest", 404);
        await DeniedAsync(Role("evaluator") with { Organization = "city-police" }, "arrest", 403);
        using var hospital = server.As(Role("evaluator") with { Organization = "city-hospital" });
        Assert.Equal(0, await CountAsync(hospital, "MeasureReport"));
    }

    private async Task WhatIsWrittenLaterChangesNothingAsync(IReadOnlyList<ReadReport> reports)
    {
        using var staff = server.As(Role("navigator"));
        var facts = programme.Resources.Where(json => json.Contains("\"valueBoolean\":true", StringComparison.Ordinal));
        foreach (var resource in facts.Take(15))
        {
            using var parsed = JsonDocument.Parse(resource);
            using var corrected = await staff.ChangeAsync($"Observation/{parsed.RootElement.GetProperty("id").GetString()}", it =>
            {
                it["status"] = "corrected";
                it["valueBoolean"] = false;
            });
            Assert.True(corrected.IsSuccessStatusCode, await corrected.Content.ReadAsStringAsync());
        }

        // Another server on the database, which begins with what is frozen.
        await server.DisposeAsync();
        server = await StartAsync();
        using var again = server.As(Role("evaluator"));
        foreach (var report in reports.Where(report => report.Measure is "arrest" or "ed-transport"))
        {
            var same = await again.GetJsonAsync(Asked(report.Measure, report.Start, report.Months));
            Assert.Equal(report.Json.GetRawText(), same.GetRawText());
        }

        Assert.Equal(reports.Count + (Periods().Count() * StaffMeasures), await CountAsync(again, "MeasureReport"));
    }

    private async Task WhoSignsIsNamedAndASignedReportStaysAsync(ReadReport report)
    {
        var path = $"MeasureReport/{report.Json.GetProperty("id").GetString()}";
        using var anybody = server.As(Role("agency-administrator") with { Name = "demo-agency-administrator" });
        using (var unnamed = await anybody.ChangeAsync(path, it => it["status"] = "complete"))
        {
            await unnamed.OutcomeAsync(403);
        }

        using var manager = server.As(Role("agency-administrator"), ("fhirUser", "Practitioner/pm"));
        using (var improved = await manager.ChangeAsync(path, it => it["period"]!["end"] = "2026-04-29"))
        {
            Assert.Equal("MeasureReport.status", (await improved.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        using (var signed = await manager.ChangeAsync(path, it => it["status"] = "complete"))
        {
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync());
        }

        using var officer = server.As("privacy");
        var provenance = (await officer.GetJsonAsync($"Provenance?target={path}")).GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal("Practitioner/pm", provenance.GetProperty("signature")[0].GetProperty("who").GetProperty("reference").GetString());
        foreach (var change in (Action<System.Text.Json.Nodes.JsonNode>[])[it => it["status"] = "pending", it => it["date"] = "2026-01-01"])
        {
            using var refused = await manager.ChangeAsync(path, change);
            Assert.Equal("A signed report stays as it is.", (await refused.OutcomeAsync(422)).GetProperty("diagnostics").GetString());
        }

        using (var deleted = await manager.DeleteAsync(new Uri(path, UriKind.Relative)))
        {
            await deleted.OutcomeAsync(422);
        }

        using var evaluator = server.As(Role("evaluator"));
        var asked = await evaluator.GetJsonAsync(Asked(report.Measure, report.Start, report.Months));
        Assert.Equal("complete", asked.GetProperty("status").GetString());
        Assert.Equal(report.Json.GetProperty("group").GetRawText(), asked.GetProperty("group").GetRawText());
    }

    private async Task DeniedAsync(DemoCaller caller, string measure, int status)
    {
        var before = await RowsAsync();
        using var client = server.As(caller);
        using var answer = await client.GetAsync(Asked(measure, Start, 6));
        await answer.OutcomeAsync(status);
        Assert.Equal(status == 404 ? "absent" : "deny", Assert.Single((await RowsAsync()).Skip(before.Count)));

        async Task<List<string>> RowsAsync() =>
        [
            .. (await server.Rows.AuditAsync(0, 100_000, CancellationToken.None)).Select(entry => entry.Row)
                .Where(row => row.Client == caller.ClientId)
                .Select(row => row.Outcome),
        ];
    }

    private Task<RunningServer> StartAsync() =>
        RunningServer.StartAsync(
            PathOf(database), clock, $"--Interop:Evaluation={table}", $"--Interop:TimeZone={InventedProgramme.Zone}");

    private static string PathOf(string setting) =>
        setting.StartsWith("sqlite:", StringComparison.Ordinal) ? setting["sqlite:".Length..] : setting;

    private static DemoCaller Role(string role) => new(role, Custodian, ["HOPERAT"], [role], "system/*.cruds");

    private static string Asked(string measure, DateOnly start, int months) => string.Create(
        CultureInfo.InvariantCulture,
        $"Measure/{measure}/$evaluate-measure?periodStart={start:yyyy-MM-dd}&periodEnd={start.AddMonths(months).AddDays(-1):yyyy-MM-dd}");

    private static string Own(string type, string measure) => $$"""
        {"resourceType":"{{type}}","status":"pending","type":"summary","measure":"{{measure}}",
        "period":{"start":"2026-01-01","end":"2026-01-31"} }
        """;

    private static async Task<int> CountAsync(HttpClient client, string type) =>
        (await client.GetJsonAsync($"{type}?_summary=count")).GetProperty("total").GetInt32();
}
