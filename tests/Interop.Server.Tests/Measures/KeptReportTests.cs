namespace Interop.Server.Tests.Measures;

/// <summary>What evaluators read names nobody, whoever wrote it, and what was published is not counted otherwise later.</summary>
public sealed class KeptReportTests
{
    private const string Custodian = "crisis-program";

    [Fact]
    public async Task A_report_that_staff_writes_is_a_summary_and_names_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ImportAsync(
            Custodian, Fixtures.Organization(Custodian, "crisis-program"), Fixtures.Patient("p1"), Fixtures.Encounter("e1", "p1"),
            """{"resourceType":"List","id":"l","status":"current","mode":"working","subject":{"reference":"Patient/p1"}}""");
        using var staff = server.As("privacy");
        foreach (var (type, more, refused) in new[]
        {
            ("individual", string.Empty, "type"),
            ("summary", """, "subject":{"reference":"Patient/p1"} """, "subject"),
            ("summary", """, "evaluatedResource":[{"reference":"Encounter/e1"}]""", "evaluatedResource"),
            (
                "summary",
                """, "contained":[{"resourceType":"Organization","id":"a","name":"Ana"}],"reporter":{"reference":"#a"} """,
                "contained"),
            ("summary", """, "group":[{"population":[{"subjectResults":{"reference":"List/l"} }]}]""", "subjectResults"),
        })
        {
            using var answer = await staff.PostFhirAsync("MeasureReport", Report(type, more));
            Assert.Equal($"MeasureReport.{refused}", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        using var kept = await staff.PostFhirAsync("MeasureReport", Report("summary", string.Empty));
        Assert.Equal(201, (int)kept.StatusCode);
        Assert.Equal(1, (await staff.GetJsonAsync("MeasureReport?_summary=count")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_reports_are_told_apart_by_stays_once_there_is_one()
    {
        var database = await ServerDatabase.CreateAsync();
        var table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
        try
        {
            await StartAsync("North", "en", "2026-01");
            foreach (var (district, language, start) in new[]
            {
                ("North\",\"South", "en", "2026-01"), ("North", "en\",\"es", "2026-01"), ("North", "en", "2026-02"),
            })
            {
                var refused = await Assert.ThrowsAsync<SettingsException>(() => StartAsync(district, language, start));
                Assert.Contains("start, districts and languages must stay", refused.Message, StringComparison.Ordinal);
            }

            await StartAsync("North", "en", "2026-01");
        }
        finally
        {
            await ServerDatabase.DropAsync(database);
            File.Delete(table);
        }

        async Task StartAsync(string district, string language, string start)
        {
            await File.WriteAllTextAsync(table, TableOf(district, language, start));
            await using var server = await RunningServer.StartAsync(
                ServerDatabase.Kind == DatabaseKind.Sqlite ? database.Split(':', 2)[1] : database, null, $"--Interop:Evaluation={table}");
        }
    }

    private static string Report(string type, string more) => $$"""
        {"resourceType":"MeasureReport","status":"complete","type":"{{type}}","measure":"https://somewhere.example/Measure/own",
        "period":{"start":"2026-10","end":"2026-10"}{{more}} }
        """;

    private static string TableOf(string district, string language, string start) => $$"""
        {"start":"{{start}}","daysUntilFrozen":10,"districts":["{{district}}"],"languages":["{{language}}"],"currency":"USD",
         "costPerHour":{"crt":180.5},"funding":{"municipal":1} }
        """;
}
