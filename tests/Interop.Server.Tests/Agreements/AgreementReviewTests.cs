using System.Text.Json;

namespace Interop.Server.Tests.Agreements;

/// <summary>The privacy officer is reminded in time that an agreement runs out.</summary>
public sealed class AgreementReviewTests : IDisposable
{
    private const string Reminders = "Task?code=mou-review&_sort=due";
    private readonly string database = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db");
    private readonly TestClock clock = new(); // 22 November 2026

    public void Dispose()
    {
        foreach (var file in new[] { database, database + "-wal", database + "-shm" })
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_task_comes_90_60_and_30_days_before_the_end_each_once_and_with_rising_priority()
    {
        await AgreeAsync(Fixtures.Agreement("city-hospital", end: "2027-04-30"));

        Assert.Empty(await PrioritiesAsync(days: 0));
        Assert.Equal(["routine"], await PrioritiesAsync(days: 70)); // 31 January 2027
        Assert.Equal(["routine"], await PrioritiesAsync(days: 1));
        Assert.Equal(["routine", "urgent"], await PrioritiesAsync(days: 29)); // 2 March
        Assert.Equal(["asap", "routine", "urgent"], await PrioritiesAsync(days: 31));
        Assert.Equal(["asap", "routine", "urgent"], await PrioritiesAsync(days: 60)); // it has ended
    }

    [Fact]
    public async Task The_review_date_counts_where_it_is_before_the_end_and_a_partner_sees_no_reminder()
    {
        await AgreeAsync(Fixtures.Agreement("city-hospital").Replace("2027-06-30", "2026-12-31", StringComparison.Ordinal));

        await using var again = await RunningServer.StartAsync(database, clock);
        using var privacy = again.As("privacy");
        using var hospital = again.As("hospital");
        var task = (await ListAsync(privacy)).Single();

        Assert.Equal("2026-12-31T00:00:00+00:00", task.GetProperty("restriction").GetProperty("period").GetProperty("end").GetString());
        Assert.Equal("Contract/mou-crisis-program-city-hospital", task.GetProperty("focus").GetProperty("reference").GetString());
        Assert.Empty(await ListAsync(hospital));
    }

    private async Task AgreeAsync(string agreement)
    {
        await using var server = await RunningServer.StartAsync(database, clock);
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            agreement);
    }

    private async Task<IEnumerable<string>> PrioritiesAsync(int days)
    {
        clock.Advance(TimeSpan.FromDays(days));
        await using var server = await RunningServer.StartAsync(database, clock);
        using var privacy = server.As("privacy");
        return (await ListAsync(privacy)).Select(task => task.GetProperty("priority").GetString()!).Order();
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient client) =>
        (await client.GetJsonAsync(Reminders)).TryGetProperty("entry", out var entries)
            ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))]
            : [];
}
