using System.Text.Json;

namespace Interop.Server.Tests.Referrals;

/// <summary>
/// The hospital's job: pull the referrals that wait for it, read them and the person at the granted tier, close the loop.
/// </summary>
public sealed class ReferralTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital"),
        Fixtures.Referral("sr1", "p1"),
        Fixtures.ReferralTask("t1", "p1", "sr1"),
        Fixtures.ReferralTask("t2", "p1", "sr1", owner: "family-services"),
    ];

    [Fact]
    public async Task The_hospital_finds_its_waiting_referrals_with_what_they_are_about()
    {
        using var hospital = Server.As("hospital");

        var bundle =
            await hospital.GetJsonAsync("Task?owner=Organization/city-hospital&status=requested&_include=Task:focus&_total=accurate");

        Assert.Equal(1, bundle.GetProperty("total").GetInt32());
        Assert.Equal(["Task/t1", "ServiceRequest/sr1"], bundle.Keys());
    }

    [Fact]
    public async Task The_loop_is_closed_step_by_step_with_If_Match()
    {
        using var hospital = Server.As("hospital");

        await StepAsync(hospital, "accepted", 200);
        await StepAsync(hospital, "in-progress", 200);
        await StepAsync(
            hospital, "completed", 200, ",\"output\":[{\"type\":{\"text\":\"resulting-activity\"},\"valueString\":\"admitted\"}]");

        using var navigator = Server.As("navigator");
        var task = await navigator.GetJsonAsync("Task/t1");
        Assert.Equal("completed", task.GetProperty("status").GetString());
        Assert.Equal("admitted", task.GetProperty("output")[0].GetProperty("valueString").GetString());
        Assert.Equal("only the custodian and full see this", task.GetProperty("note")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Who_writes_the_outcome_is_shown_it_and_so_is_who_asked()
    {
        using var hospital = Server.As("hospital");
        await StepAsync(hospital, "accepted", 200);
        await StepAsync(hospital, "in-progress", 200);

        var answer = await StepAsync(
            hospital, "completed", 200, ",\"output\":[{\"type\":{\"text\":\"resulting-activity\"},\"valueString\":\"admitted\"}]");

        Assert.Equal("admitted", answer.GetProperty("output")[0].GetProperty("valueString").GetString());
        var again = await hospital.GetJsonAsync("Task/t1");
        Assert.Equal("admitted", again.GetProperty("output")[0].GetProperty("valueString").GetString());
    }

    [Fact]
    public async Task A_wrong_step_is_422_and_says_which_are_allowed()
    {
        using var hospital = Server.As("hospital");

        var issue = await StepAsync(hospital, "completed", 422);

        Assert.Contains("accepted", issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.Equal("Task.status", issue.GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task Only_the_requester_cancels_and_a_refusal_needs_its_reason()
    {
        using var hospital = Server.As("hospital");
        using var navigator = Server.As("navigator");

        await StepAsync(hospital, "cancelled", 422);
        await StepAsync(hospital, "rejected", 422);
        await StepAsync(hospital, "rejected", 200, ",\"statusReason\":{\"text\":\"no bed\"}");
        await StepAsync(navigator, "cancelled", 422);
    }

    [Fact]
    public async Task A_stale_or_missing_version_is_refused()
    {
        using var hospital = Server.As("hospital");
        var task = await hospital.GetJsonAsync("Task/t1");
        var stale = $"W/\"{task.GetProperty("meta").GetProperty("versionId").GetString()}\"";
        var accepted = task.GetRawText().Replace("requested", "accepted", StringComparison.Ordinal);

        using var without = await hospital.PutFhirAsync("Task/t1", accepted);
        using var first = await hospital.PutFhirAsync("Task/t1", accepted, stale);
        using var second =
            await hospital.PutFhirAsync("Task/t1", accepted.Replace("accepted", "in-progress", StringComparison.Ordinal), stale);

        await without.OutcomeAsync(400);
        Assert.Equal(200, (int)first.StatusCode);
        await second.OutcomeAsync(412);
    }

    [Fact]
    public async Task A_party_may_not_change_what_the_request_says()
    {
        using var hospital = Server.As("hospital");
        var task = await hospital.GetJsonAsync("Task/t1");

        using var response = await hospital.PutFhirAsync(
            "Task/t1",
            task.GetRawText().Replace("urgent", "routine", StringComparison.Ordinal),
            $"W/\"{task.GetProperty("meta").GetProperty("versionId").GetString()}\"");

        var issue = await response.OutcomeAsync(422);
        Assert.Equal("Task.priority", issue.GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task Another_agencys_task_is_not_known_below_the_tier_that_shows_it()
    {
        using var social = Server.As("social");

        using var own = await social.GetAsync("Task/t2");
        using var other = await social.GetAsync("Task/t1");

        Assert.Equal(200, (int)own.StatusCode);
        await other.OutcomeAsync(404);
    }

    [Fact]
    public async Task Revoking_the_consent_changes_the_next_answer_and_the_next_page_of_an_open_search()
    {
        await Server.ImportAsync("crisis-program", [.. Enumerable.Range(0, 6).Select(number => Fixtures.Condition($"d{number}", "p1"))]);
        using var hospital = Server.As("hospital");
        using var navigator = Server.As("navigator");
        var first = await hospital.GetJsonAsync("Condition?_count=2");
        var next = first.GetProperty("link").EnumerateArray().Single(link => link.GetProperty("relation").GetString() == "next")
            .GetProperty("url").GetString()!;
        Assert.Equal(2, first.Keys().Count);

        using var revoked = await navigator.PutFhirAsync("Consent/c1", Fixtures.Consent("c1", "p1", "city-hospital", status: "inactive"));

        Assert.Equal(200, (int)revoked.StatusCode);
        Assert.Empty((await hospital.GetJsonAsync(next[(RunningServer.PublicUrl.Length + 1)..])).Keys());
        using var condition = await hospital.GetAsync("Condition/d0");
        await condition.OutcomeAsync(404);
    }

    private static async Task<JsonElement> StepAsync(HttpClient client, string status, int expected, string more = "")
    {
        var task = await client.GetJsonAsync("Task/t1");
        var before = task.GetProperty("status").GetString()!;
        var sent = task.GetRawText().Replace($"\"status\":\"{before}\"", $"\"status\":\"{status}\"{more}", StringComparison.Ordinal);
        using var response =
            await client.PutFhirAsync("Task/t1", sent, $"W/\"{task.GetProperty("meta").GetProperty("versionId").GetString()}\"");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == expected, $"{before} to {status}: {(int)response.StatusCode} {text}");
        return expected == 200 ? await response.JsonAsync() : await response.OutcomeAsync(expected);
    }
}
