namespace Interop.Server.Tests.FollowUp;

/// <summary>Times pass whoever looks; history has passed.</summary>
public class FollowUpDeadlineTests : SceneTests
{
    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1"), Fixtures.Encounter("e1", "p1")];

    [Fact]
    public async Task After_36_hours_the_supervisor_is_told_once_and_after_48_it_was_missed()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");

        await Server.PassAsync(TimeSpan.FromHours(35));
        Assert.Empty(await EscalationsAsync(navigator));
        await Server.PassAsync(TimeSpan.FromHours(2));
        await Server.PassAsync(TimeSpan.FromHours(1));
        var escalation = Assert.Single(await EscalationsAsync(navigator));
        Assert.Equal(task, (await navigator.GetJsonAsync(escalation)).GetProperty("focus").Text("reference"));
        Assert.Empty(await BreachesAsync(navigator));

        await Server.PassAsync(TimeSpan.FromHours(10));
        await Server.PassAsync(TimeSpan.FromHours(10));
        var breach = await navigator.GetJsonAsync(Assert.Single(await BreachesAsync(navigator)));
        Assert.Equal(
            new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), breach.GetProperty("identifiedDateTime").GetDateTimeOffset());
        Assert.Equal(task, breach.GetProperty("implicated")[0].Text("reference"));
    }

    [Fact]
    public async Task What_ends_in_time_is_neither_missed_nor_told_and_ends_its_escalation()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        await Server.PassAsync(TimeSpan.FromHours(37));

        await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "refused"));
        await Server.PassAsync(TimeSpan.FromHours(20));

        Assert.Empty(await BreachesAsync(navigator));
        Assert.Equal("cancelled", (await navigator.GetJsonAsync(Assert.Single(await EscalationsAsync(navigator)))).Text("status"));
    }

    [Fact]
    public async Task What_ends_after_its_deadline_was_missed_also_where_no_server_stood_then()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        Server.Clock.Advance(TimeSpan.FromHours(49));

        await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "refused"));
        await Server.PassAsync(TimeSpan.Zero);

        Assert.Single(await BreachesAsync(navigator));
    }

    [Fact]
    public async Task A_deadline_that_was_moved_passes_when_it_was_moved_to()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        using var moved = await navigator.ChangeAsync(
            task, change => change["restriction"]!["period"]!["end"] = "2026-11-26T12:00:00Z");
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());

        await Server.PassAsync(TimeSpan.FromHours(50));
        Assert.Empty(await BreachesAsync(navigator));
        await Server.PassAsync(TimeSpan.FromHours(50));
        Assert.Single(await BreachesAsync(navigator));
    }

    [Fact]
    public async Task What_ended_long_ago_or_is_imported_makes_no_follow_up()
    {
        using var navigator = Server.As("navigator");

        using var old = await navigator.PutFhirAsync(
            "Encounter/e1", Fixtures.Encounter("e1", "p1", "finished").Replace("2026-11-20", "2026-11-18", StringComparison.Ordinal));
        await Server.ImportAsync(Custodian, FollowUpWork.Finished("e2", "p1"));

        Assert.Equal(200, (int)old.StatusCode);
        Assert.Empty((await navigator.GetJsonAsync("Task?code=follow-up-48h")).Keys());
    }

    [Fact]
    public async Task What_is_written_down_late_is_missed_at_once()
    {
        using var navigator = Server.As("navigator");

        using var late = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));
        await Server.PassAsync(TimeSpan.Zero);

        Assert.Single(await BreachesAsync(navigator));
        Assert.Single(await EscalationsAsync(navigator));
    }

    private static async Task<List<string>> EscalationsAsync(HttpClient client) =>
        (await client.GetJsonAsync("Task?code=escalation")).Keys();

    private static async Task<List<string>> BreachesAsync(HttpClient client) =>
        (await client.GetJsonAsync("DetectedIssue?code=follow-up-missed")).Keys();
}
