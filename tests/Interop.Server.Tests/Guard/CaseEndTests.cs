using System.Text.Json;
using Interop.Server.Guard;

namespace Interop.Server.Tests.Guard;

/// <summary>
/// The complete record is for who works on an open case, and a case ends: with its period, and when nobody has moved it for the days
/// that the site states (30). The person lets the hospital have everything; what it sees is the matter of the case alone.
/// </summary>
public class CaseEndTests : SceneTests
{
    private const string OnlyAtFull = "only at full";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"),
        Fixtures.Condition("d1", "p1"),
        Fixtures.Referral("sr1", "p1"),
    ];

    [Fact]
    public async Task The_tier_falls_at_the_instant_at_which_the_period_of_the_referral_ends()
    {
        await Server.ImportAsync(Custodian, Referral("requested", "2026-11-22T14:00:00Z"));
        await StepAsync("accepted");
        Assert.True(await SeesAllAsync());

        Server.Clock.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.True(await SeesAllAsync());
        Server.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await SeesAllAsync());
    }

    [Theory]
    [InlineData("requested")]
    [InlineData("received")]
    public async Task A_referral_whose_time_is_over_is_not_accepted_and_may_still_be_rejected(string status)
    {
        await Server.ImportAsync(Custodian, Referral(status, "2026-11-22T11:59:00Z"));

        var issue = await StepAsync("accepted", 422);

        Assert.Equal("Task.restriction.period", issue.GetProperty("expression")[0].GetString());
        Assert.False(await SeesAllAsync());
        await StepAsync("rejected");
    }

    [Fact]
    public async Task What_a_party_left_out_of_its_Task_does_not_lift_the_restriction()
    {
        await Server.ImportAsync(Custodian, Referral("requested", "2026-11-22T11:59:00Z"));
        using var hospital = Server.As("hospital");
        var task = await hospital.GetJsonAsync("Task/t1");

        using var response = await hospital.PutFhirAsync(
            "Task/t1",
            task.GetRawText().Replace("requested", "accepted", StringComparison.Ordinal)
                .Replace(",\"restriction\":{\"period\":{\"end\":\"2026-11-22T11:59:00Z\"}}", "", StringComparison.Ordinal),
            Version(task));

        await response.OutcomeAsync(422);
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("in-progress")]
    [InlineData("on-hold")]
    public async Task An_open_referral_lapses_and_edits_that_are_no_step_do_not_renew_it(string status)
    {
        await Server.ImportAsync(Custodian, Fixtures.ReferralTask("t1", "p1", "sr1", status));
        Server.Clock.Advance(TimeSpan.FromDays(29));
        Assert.True(await SeesAllAsync());
        await StepAsync(status, more: ",\"businessStatus\":{\"text\":\"still here\"}");
        await StepAsync(status, more: ",\"executionPeriod\":{\"start\":\"2026-11-22\",\"end\":\"2099-01-01\"}");

        Server.Clock.Advance(TimeSpan.FromDays(2));

        Assert.False(await SeesAllAsync());
        await StepAsync(status);
        Assert.False(await SeesAllAsync());
    }

    [Fact]
    public async Task A_step_renews_a_case_that_is_open_and_only_the_custodian_one_that_has_lapsed()
    {
        await Server.ImportAsync(Custodian, Fixtures.ReferralTask("t1", "p1", "sr1", "accepted"));
        Server.Clock.Advance(TimeSpan.FromDays(29));
        await StepAsync("in-progress");
        Server.Clock.Advance(TimeSpan.FromDays(29));
        Assert.True(await SeesAllAsync());

        Server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.False(await SeesAllAsync());
        await StepAsync("on-hold", more: ",\"statusReason\":{\"text\":\"waiting\"}");
        Assert.False(await SeesAllAsync());

        using var navigator = Server.As("navigator");
        var task = await navigator.GetJsonAsync("Task/t1");
        using var renewed = await navigator.PutFhirAsync(
            "Task/t1", task.GetRawText().Replace("urgent", "routine", StringComparison.Ordinal), Version(task));
        Assert.Equal(200, (int)renewed.StatusCode);
        Assert.True(await SeesAllAsync());
    }

    [Fact]
    public async Task To_be_judged_again_renews_nothing()
    {
        await Server.ImportAsync(
            Custodian, Fixtures.ReferralTask("t1", "p1", "sr1", "accepted"), Fixtures.Encounter("e1", "p1", provider: "city-hospital"));
        Server.Clock.Advance(TimeSpan.FromDays(29));
        await StepAsync("accepted", more: ",\"businessStatus\":{\"text\":\"still here\"}");

        // What the custodian is decides about all that it keeps.
        await Server.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program", part2: true));
        await Server.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program"));
        await using (var restarted = await RunningServer.StartAsync(Server.Database, Server.Clock, "--Interop:CaseInactivityDays=31"))
        {
            await restarted.Part<JudgeAgain>().RunAsync(CancellationToken.None);
        }

        Assert.True(await SeesAllAsync());
        Server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.False(await SeesAllAsync());
    }

    [Theory]
    [InlineData("in-progress", "2026-11-22T11:00:00Z")]
    [InlineData("finished", "2026-12-22T11:00:00Z")]
    [InlineData("onleave", "2026-11-21")]
    public async Task An_encounter_whose_time_is_over_or_that_is_finished_is_no_case(string status, string end)
    {
        await Server.ImportAsync(
            Custodian,
            Fixtures.Encounter("e1", "p1", provider: "city-hospital").Replace("in-progress", status, StringComparison.Ordinal)
                .Replace("\"2026-11-20T10:00:00Z\"", $"\"2026-11-20T10:00:00Z\",\"end\":\"{end}\"", StringComparison.Ordinal));

        Assert.False(await SeesAllAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("forever")]
    [InlineData("99999")]
    public async Task Days_that_are_none_stop_the_server(string days)
    {
        var refused =
            await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(null, null, $"--Interop:CaseInactivityDays={days}"));

        Assert.Contains("CaseInactivityDays", refused.Message, StringComparison.Ordinal);
    }

    private static string Referral(string status, string end) => Fixtures.ReferralTask("t1", "p1", "sr1", status)
        .Replace("\"note\":", $"\"restriction\":{{\"period\":{{\"end\":\"{end}\"}}}},\"note\":", StringComparison.Ordinal);

    private static string Version(JsonElement task) => $"W/\"{task.GetProperty("meta").GetProperty("versionId").GetString()}\"";

    private async Task<bool> SeesAllAsync()
    {
        using var hospital = Server.As("hospital");
        return (await hospital.GetJsonAsync("Condition/d1")).GetRawText().Contains(OnlyAtFull, StringComparison.Ordinal);
    }

    private static string Without(JsonElement task, string element)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(task.GetRawText())!.AsObject();
        json.Remove(element);
        return json.ToJsonString();
    }

    private async Task<JsonElement> StepAsync(string status, int expected = 200, string more = "")
    {
        using var hospital = Server.As("hospital");
        var task = await hospital.GetJsonAsync("Task/t1");
        var before = task.GetProperty("status").GetString()!;
        more = status == "rejected" ? ",\"statusReason\":{\"text\":\"no bed\"}" : more;
        var sent = Without(task, "businessStatus")
            .Replace($"\"status\":\"{before}\"", $"\"status\":\"{status}\"{more}", StringComparison.Ordinal);
        using var response = await hospital.PutFhirAsync("Task/t1", sent, Version(task));
        if (expected != 200)
        {
            return await response.OutcomeAsync(expected);
        }

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }
}
