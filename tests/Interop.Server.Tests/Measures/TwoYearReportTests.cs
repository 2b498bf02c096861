using System.Globalization;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Measures;

/// <summary>Two years of a small programme: the longest report there is, within which all others of its time lie.</summary>
public sealed class TwoYearReportTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const string Referrals = "referral-completed";
    private const int Months = 24;
    private const int Apart = 11;
    private static readonly DateOnly Start = new(2024, 11, 1);

    private readonly string table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");

    private readonly InventedProgramme programme = new(seed: 24, Start, Months, visits: 12 * Months);

    private string database = null!;
    private RunningServer server = null!;

    private string Place => database.StartsWith("sqlite:", StringComparison.Ordinal) ? database["sqlite:".Length..] : database;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(table, """
            {"start":"2024-11","daysUntilFrozen":10,"districts":["North","South"],"languages":["en","es"],"currency":"USD",
             "costPerHour":{"crt":180.5,"ccd":75,"co-response":240},"funding":{"municipal":0.4,"health":0.35,"foundation":0.25}}
            """);
        database = await ServerDatabase.CreateAsync();
        await using (var before = await RunningServer.StartAsync(Place))
        {
            await before.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. programme.Resources]);
        }

        server = await RunningServer.StartAsync(
            Place, null, $"--Interop:Evaluation={table}", $"--Interop:TimeZone={InventedProgramme.Zone}");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await ServerDatabase.DropAsync(database);
        File.Delete(table);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Two_years_are_counted_as_by_hand_and_give_away_nothing_small()
    {
        using var evaluator = server.As(new DemoCaller("evaluator", Custodian, ["HOPERAT"], ["evaluator"], "system/*.rs"));
        var reports = new List<ReadReport>();
        foreach (var (length, measures) in new (int, string[])[]
        {
            (24, ["arrest", "response-time", "cost", "follow-up-48h", Referrals]), (12, ["arrest", "cost", Referrals]), (6, [Referrals]),
            (1, [Referrals]),
        })
        {
            foreach (var measure in measures)
            {
                reports.AddRange(await AllAsync(evaluator, measure, length));
            }
        }

        foreach (var whole in reports.Where(report => report.Months == Months))
        {
            var shown = Recount.FiguresAreThoseOf(programme, whole);
            Assert.True(shown > 40, $"{whole.Measure}: {shown} counts are shown");
            Assert.Equal(("2024-11-01", "2026-10-31"), (
                whole.Json.GetProperty("period").Text("start"), whole.Json.GetProperty("period").Text("end")));
            Assert.Equal(10, whole.Places().Select(place => place.Kind).Distinct().Count(kind => kind.Length > 0));

            // There are no two years before them.
            Assert.DoesNotContain("measure-comparison", whole.Json.GetRawText(), StringComparison.Ordinal);
        }

        // The second year is compared with the first, and both years with the whole by who counts again.
        foreach (var year in reports.Where(report => report.Months == 12))
        {
            Recount.FiguresAreThoseOf(programme, year);
            Assert.Equal(
                year.Start > Start, year.Json.GetRawText().Contains("measure-comparison", StringComparison.Ordinal));
        }

        var published = new PublishedCounts(reports.Where(report => report.Measure == Referrals), programme);
        var small = published.Small;
        Assert.NotEmpty(small);
        foreach (var cell in small.Where((_, index) => index % Math.Max(1, small.Count / 8) == 0))
        {
            var (least, greatest) = SmallCells.Tests.Attacker.IntervalOf(published.Tables, published.IsShown, cell);
            Assert.True(greatest - least >= Apart, $"{published.NameOf(cell)}: {least} to {greatest}");
        }
    }

    private static async Task<IReadOnlyList<ReadReport>> AllAsync(HttpClient evaluator, string measure, int months)
    {
        var reports = new List<ReadReport>();
        for (var start = Start; start < Start.AddMonths(Months); start = start.AddMonths(months))
        {
            var end = start.AddMonths(months).AddDays(-1);
            reports.Add(new(measure, start, months, await MadeAsync(evaluator, string.Create(
                CultureInfo.InvariantCulture,
                $"Measure/{measure}/$evaluate-measure?periodStart={start:yyyy-MM-dd}&periodEnd={end:yyyy-MM-dd}"))));
        }

        return reports;
    }

    /// <summary>Two years may take longer than a request: what is made by then stays, and asking again goes on.</summary>
    private static async Task<JsonElement> MadeAsync(HttpClient evaluator, string path)
    {
        await Eventually.IsSoAsync(async () =>
        {
            using var answer = await evaluator.GetAsync(path);
            return answer.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable;
        });
        return await evaluator.GetJsonAsync(path);
    }
}
