using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;
using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.Measures;

/// <summary>A server that learns to measure staff goes on with the months that an older one froze without it.</summary>
public sealed class LaterMeasureTests : IDisposable
{
    private const string Staff = "Measure/staff-turnover/$evaluate-measure?periodStart=";
    private readonly string folder = Directory.CreateTempSubdirectory("interop-later-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_longer_report_is_made_only_of_months_that_all_know_the_measure()
    {
        var (table, database, clock) = (Path.Combine(folder, "table.json"), Path.Combine(folder, "interop.db"), new TestClock());
        await File.WriteAllTextAsync(table, """
            {"start":"2026-05","currency":"USD","costPerHour":{},"funding":{"municipal":1}}
            """);
        clock.Advance(TimeSpan.FromDays(-90)); // it is August, and three months are frozen
        await using (var before = await StartAsync())
        {
            await before.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
            using var evaluator = before.As(Evaluator);
            await evaluator.GetJsonAsync(Staff + "2026-07-01&periodEnd=2026-07-31");
        }

        await using (var connection = new SqliteConnection($"Data Source={database};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var forget = connection.CreateCommand();
            forget.CommandText = """
                DELETE FROM measure_count WHERE name LIKE 'staff%' OR name LIKE 'training%' OR name LIKE 'refresher%' OR name LIKE 'hands%'
                """;
            Assert.True(await forget.ExecuteNonQueryAsync() > 0);
        }

        clock.Advance(TimeSpan.FromDays(90));
        await using var after = await StartAsync();
        using var asks = after.As(Evaluator);

        var month = await asks.GetJsonAsync(Staff + "2026-10-01&periodEnd=2026-10-31");
        Assert.Equal("2026-10-31", month.GetProperty("period").GetProperty("end").GetString());
        await asks.GetJsonAsync("Measure/arrest/$evaluate-measure?periodStart=2026-05-01&periodEnd=2026-10-31");
        using var half = await asks.GetAsync(Staff + "2026-05-01&periodEnd=2026-10-31");
        Assert.Contains("frozen before", (await half.OutcomeAsync(422)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);

        Task<RunningServer> StartAsync() => RunningServer.StartAsync(database, clock, $"--Interop:Evaluation={table}");
    }

    [Fact]
    public async Task A_kind_of_groups_that_came_later_is_in_no_report_that_begins_before_it()
    {
        const string Arrests = "Measure/arrest/$evaluate-measure?periodStart=";
        string[] later = ["sexual-orientation", "housing"];
        var (table, database, clock) = (Path.Combine(folder, "table.json"), Path.Combine(folder, "interop.db"), new TestClock());
        await File.WriteAllTextAsync(table, """
            {"start":"2026-05","currency":"USD","costPerHour":{},"funding":{"municipal":1}}
            """);
        clock.Advance(TimeSpan.FromDays(-90));
        await using (var before = await StartAsync())
        {
            await before.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
            using var evaluator = before.As(Evaluator);
            await evaluator.GetJsonAsync(Arrests + "2026-07-01&periodEnd=2026-07-31");
        }

        // As an older server leaves it: three months are frozen, and nothing is said of kinds.
        await using (var connection = new SqliteConnection($"Data Source={database};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var forget = connection.CreateCommand();
            forget.CommandText = "DELETE FROM setting WHERE name = 'measures-later-kinds'";
            Assert.Equal(1, await forget.ExecuteNonQueryAsync());
        }

        clock.Advance(TimeSpan.FromDays(270));
        await using (var after = await StartAsync())
        {
            using var asks = after.As(Evaluator);
            var old = KindsOf(await asks.GetJsonAsync(Arrests + "2026-05-01&periodEnd=2026-10-31"));
            var young = KindsOf(await asks.GetJsonAsync(Arrests + "2026-11-01&periodEnd=2027-04-30"));
            Assert.Equal(young.Except(later), old);
            Assert.Equal(later, young.Except(old));
            var year = KindsOf(await asks.GetJsonAsync(Arrests + "2026-05-01&periodEnd=2027-04-30"));
            Assert.Equal(old, year);
        }

        // It is said once: a later start does not say it of other months.
        await using var again = await StartAsync();
        using var same = again.As(Evaluator);
        clock.Advance(TimeSpan.FromDays(190));
        Assert.Equal(10, KindsOf(await same.GetJsonAsync(Arrests + "2027-05-01&periodEnd=2027-10-31")).Count);

        Task<RunningServer> StartAsync() => RunningServer.StartAsync(database, clock, $"--Interop:Evaluation={table}");

        static List<string> KindsOf(JsonElement report) =>
        [
            .. report.GetProperty("group")[0].GetProperty("stratifier").EnumerateArray()
                .Select(kind => kind.GetProperty("code")[0].GetProperty("coding")[0].Text("code")),
        ];
    }

    private static DemoCaller Evaluator => new("evaluator", "crisis-program", ["HOPERAT"], ["evaluator"], "system/*.rs");
}
