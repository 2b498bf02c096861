using Interop.Demo;

namespace Interop.Server.Tests.Measures;

/// <summary>What a site may evaluate is not bound by what one caller may ask of its database.</summary>
public sealed class LargeYearTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private static readonly DateOnly Start = new(2026, 5, 1);

    private readonly string table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
    private string database = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(table, """
            {"start":"2026-05","districts":["North"],"languages":["en"],"currency":"USD","costPerHour":{"crt":180.5},
             "funding":{"municipal":1}}
            """);
        database = await ServerDatabase.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        await ServerDatabase.DropAsync(database);
        File.Delete(table);
    }

    [Fact]
    public async Task A_half_year_is_evaluated_that_takes_more_than_a_search_may()
    {
        var path = database["sqlite:".Length..];
        await using (var before = await RunningServer.StartAsync(path))
        {
            await before.ImportAsync(Custodian, [
                Fixtures.Organization(Custodian, "crisis-program"), .. new InventedProgramme(seed: 3, Start, 6, visits: 180).Resources]);
        }

        await using var server = await RunningServer.StartAsync(
            path, null, $"--Interop:Evaluation={table}", $"--Interop:TimeZone={InventedProgramme.Zone}",
            "--Interop:Limits:SearchSteps=20000");
        using var evaluator = server.As(new DemoCaller("evaluator", Custodian, ["HOPERAT"], ["evaluator"], "system/*.rs"));
        await Eventually.IsSoAsync(async () =>
        {
            using var answer = await evaluator.GetAsync("Measure/arrest/$evaluate-measure?periodStart=2026-05-01&periodEnd=2026-10-31");
            Assert.True(
                answer.IsSuccessStatusCode || (int)answer.StatusCode == 503,
                $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode;
        });

        using var navigator = server.As("navigator");
        using var refused = await navigator.GetAsync("Observation?_total=accurate&_sort=-date");
        Assert.Contains("SearchSteps", (await refused.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }
}
