
namespace Interop.Server.Tests.FollowUp;

/// <summary>The navigator's job: who is owed a contact within 48 hours, soonest first.</summary>
public sealed class FollowUpListTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Encounter("e2", "p2"),
    ];

    [Fact]
    public async Task Finishing_an_encounter_makes_the_task_in_the_same_transaction()
    {
        using var navigator = Server.As("navigator");

        using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));

        Assert.Equal(200, (int)finished.StatusCode);
        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&encounter=Encounter/e1");
        var task = Assert.Single(list.GetProperty("entry").EnumerateArray()).GetProperty("resource");
        Assert.Equal("requested", task.GetProperty("status").GetString());
        var due = task.GetProperty("restriction").GetProperty("period").GetProperty("end").GetDateTimeOffset();
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero), due);
    }

    [Fact]
    public async Task Finishing_it_again_makes_no_second_task()
    {
        using var navigator = Server.As("navigator");
        for (var time = 0; time < 2; time++)
        {
            using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));
        }

        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&_total=accurate");

        Assert.Equal(1, list.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("Practitioner/nav")]
    [InlineData("PractitionerRole/nav")]
    [InlineData("Organization/crisis-program")]
    public async Task A_navigator_claims_and_completes_it(string owner)
    {
        await Server.ImportAsync(
            Custodian,
            """{"resourceType":"Practitioner","id":"nav","name":[{"family":"Navigator"}]}""",
            """{"resourceType":"PractitionerRole","id":"nav","organization":{"reference":"Organization/crisis-program"}}""");
        using var navigator = Server.As("navigator");
        using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));
        var key = (await navigator.GetJsonAsync("Task?code=follow-up-48h&encounter=Encounter/e1")).Keys().Single();

        foreach (var status in (string[])["accepted", "in-progress", "completed"])
        {
            var task = System.Text.Json.Nodes.JsonNode.Parse((await navigator.GetJsonAsync(key)).GetRawText())!.AsObject();
            var version = task["meta"]!["versionId"]!.GetValue<string>();
            task["status"] = status;
            task["owner"] = new System.Text.Json.Nodes.JsonObject { ["reference"] = owner };

            using var response = await navigator.PutFhirAsync(key, task.ToJsonString(), $"W/\"{version}\"");
            Assert.True((int)response.StatusCode == 200, $"{status}: {await response.Content.ReadAsStringAsync()}");
        }

        Assert.Empty((await navigator.GetJsonAsync("Task?code=follow-up-48h&status=requested,accepted,in-progress")).Keys());
    }

    [Theory]
    [InlineData("in-progress", 422)]
    [InlineData("planned", 422)]
    [InlineData("cancelled", 422)]
    [InlineData("finished", 200)]
    [InlineData("entered-in-error", 200)]
    public async Task A_finished_encounter_is_not_reopened(string status, int answer)
    {
        using var navigator = Server.As("navigator");
        using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));

        using var response = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", status));

        Assert.True((int)response.StatusCode == answer, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("finished")]
    [InlineData("in-progress")]
    public async Task A_partner_is_told_only_that_it_is_not_its_record(string status)
    {
        await Server.ImportAsync(
            Custodian, Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Consent(
                "c1", "p1", "city-hospital"),
            Fixtures.Encounter("e1", "p1", status));
        using var hospital = Server.As("hospital");

        using var response = await hospital.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "planned"));

        Assert.Equal("forbidden", (await response.OutcomeAsync(403)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_list_is_sorted_by_due_time()
    {
        using var navigator = Server.As("navigator");
        using var later = await navigator.PutFhirAsync(
            "Encounter/e2", Fixtures.Encounter("e2", "p2", "finished").Replace("T11:00", "T18:00", StringComparison.Ordinal));
        using var sooner = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));

        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due");

        var persons = list.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource").GetProperty("for").GetProperty("reference").GetString());
        Assert.Equal(["Patient/p1", "Patient/p2"], persons);
    }
}
