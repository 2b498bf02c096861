using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Referrals;

/// <summary>A referral from who asks to what came of it, for the programme, a hospital and a shelter.</summary>
public class ReferralJourneyTests : SceneTests
{
    private const string Hospital = "city-hospital";
    private const string Shelter = "family-services";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization(Hospital, "hospital"),
        Fixtures.Organization(Shelter, "shelter"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement(Hospital),
        Fixtures.Agreement(Shelter, "intermediate", ["COC"]),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Consent("c1", "p1", Hospital),
        Fixtures.Consent("c2", "p1", Shelter, purpose: "COC"),
        Role("ward", Hospital),
        $$"""{"resourceType":"HealthcareService","id":"desk","active":true,"providedBy":{"reference":"Organization/{{Hospital}}"} }""",
        $$"""
        {"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/p1"},
        "managingOrganization":[{"reference":"Organization/{{Hospital}}"}]}
        """,
    ];

    [Theory]
    [InlineData("Organization/city-hospital")]
    [InlineData("PractitionerRole/ward")]
    [InlineData("HealthcareService/desk")]
    [InlineData("CareTeam/team")]
    public async Task The_programme_asks_and_reads_what_came_of_it(string owner)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(navigator, Request("p1", Custodian, owner));

        var waiting = await hospital.GetJsonAsync("Task?status=requested&_include=Task:focus");
        Assert.Equal(task, waiting.Keys()[0]);
        Assert.True(waiting.GetProperty("entry")[1].GetProperty("resource").TryGetProperty("code", out _));
        await MovedAsync(hospital, task, "accepted");
        await MovedAsync(hospital, task, "in-progress");
        var procedure = await hospital.CreatedAsync("Procedure", """
            {"resourceType":"Procedure","status":"completed","code":{"coding":[{"system":"http://snomed.info/sct","code":"305056002"}]},
            "subject":{"reference":"Patient/p1"},"performedDateTime":"2026-11-22T11:00:00Z"}
            """);
        var answer = await MovedAsync(hospital, task, "completed", change =>
        {
            change["output"] = new JsonArray(new JsonObject
            {
                ["type"] = new JsonObject { ["text"] = "resulting-activity" },
                ["valueReference"] = new JsonObject { ["reference"] = procedure },
            });
            change["note"] = new JsonArray(new JsonObject { ["text"] = "Came by herself." });
        });

        Assert.Equal(procedure, answer.GetProperty("output")[0].GetProperty("valueReference").Text("reference"));
        Assert.Equal("Came by herself.", answer.GetProperty("note")[0].Text("text"));
        var outcome = (await navigator.GetJsonAsync(task)).GetProperty("output").EnumerateArray().ToList();
        Assert.Equal("completed", ValueOf(outcome, "outcome-status").GetProperty("valueCode").GetString());
        Assert.Equal("2026-11-22T11:00:00Z", ValueOf(outcome, "outcome-time").GetProperty("valueDateTime").GetString());
        Assert.Equal(
            "305056002",
            ValueOf(outcome, "outcome-code").GetProperty("valueCodeableConcept").GetProperty("coding")[0].Text("code"));
    }

    [Theory]
    [InlineData("hospital", Hospital)]
    [InlineData("social", Shelter)]
    public async Task A_partner_asks_the_programme_on_its_own_agreement_and_consent(string name, string keeper)
    {
        await Server.ImportAsync(
            keeper,
            Fixtures.Agreement(Custodian, purposes: ["TREAT", "COC"], grantor: keeper),
            Fixtures.Patient($"own-{name}"),
            Fixtures.Consent($"own-{name}", $"own-{name}", Custodian, controller: keeper));
        using var partner = Server.As(name);
        using var navigator = Server.As("navigator");

        var task = await SentAsync(partner, Request($"own-{name}", keeper, $"Organization/{Custodian}"));
        var seen = await navigator.GetJsonAsync($"Task?status=requested&requester=Organization/{keeper}&_include=Task:focus");
        Assert.Equal(task, seen.Keys()[0]);
        Assert.Equal(2, seen.Keys().Count);
        await MovedAsync(navigator, task, "accepted");
        await MovedAsync(navigator, task, "in-progress");
        await MovedAsync(navigator, task, "completed", change =>
            change["output"] = JsonNode.Parse("""[{"type":{"text":"outcome"},"valueString":"met"}]"""));

        Assert.Equal("met", (await partner.GetJsonAsync(task)).GetProperty("output")[0].Text("valueString"));
    }

    [Fact]
    public async Task Who_refuses_says_why_and_who_asked_reads_it()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(navigator, Request("p1", Custodian, $"Organization/{Hospital}"));

        var answer = await MovedAsync(hospital, task, "rejected", change =>
            change["statusReason"] = new JsonObject { ["text"] = "no bed" });

        Assert.Equal("no bed", answer.GetProperty("statusReason").Text("text"));
        Assert.Equal("no bed", (await navigator.GetJsonAsync(task)).GetProperty("statusReason").Text("text"));
    }

    [Fact]
    public async Task What_a_party_writes_comes_back_whole_and_what_it_does_not_see_stays()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(navigator, Request("p1", Custodian, $"Organization/{Hospital}"));
        using var noted = await navigator.ChangeAsync(task, change => change["note"] = JsonNode.Parse("""[{"text":"ours"}]"""));
        Assert.True(noted.IsSuccessStatusCode, await noted.Content.ReadAsStringAsync());

        var answer = await MovedAsync(hospital, task, "accepted", change => change["note"] = JsonNode.Parse("""[{"text":"theirs"}]"""));

        Assert.Equal(["theirs"], Notes(answer));
        Assert.Equal(["ours", "theirs"], Notes(await navigator.GetJsonAsync(task)));
    }

    [Theory]
    [InlineData("p2", "Organization/city-hospital", "Task.for")]
    [InlineData("p1", "Organization/city-police", "Task.owner")]
    [InlineData("p1", "Organization/nobody", null)]
    [InlineData("p1", "PractitionerRole/nobody", null)]
    [InlineData("p1", null, "Task.owner")]
    public async Task Without_a_basis_nothing_is_sent_and_what_is_missing_is_named(string person, string? owner, string? element)
    {
        using var navigator = Server.As("navigator");

        using var answer = await navigator.PostFhirAsync(string.Empty, Request(person, Custodian, owner));

        var issue = await answer.OutcomeAsync(422);
        Assert.True(element is null || issue.GetProperty("expression")[0].GetString() == element, issue.ToString());
        Assert.Empty((await navigator.GetJsonAsync("Task")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("ServiceRequest")).Keys());
    }

    [Fact]
    public async Task A_request_that_is_labelled_goes_only_where_the_consent_clears_it()
    {
        using var navigator = Server.As("navigator");
        await Server.ImportAsync(Custodian, Fixtures.Patient("p3"), Fixtures.Consent("c3", "p3", Hospital, labels: ["PSY"]));
        const string Security = """
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}
            """;
        var request = Request("p3", Custodian, $"Organization/{Hospital}").Replace(
            "\"status\":\"active\",", $"\"status\":\"active\",{Security},", StringComparison.Ordinal);

        using var answer = await navigator.PostFhirAsync(string.Empty, request);

        Assert.Equal("Task.focus", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Theory]
    [InlineData("stat", 4)]
    [InlineData("urgent", 24)]
    public async Task A_referral_that_nobody_answers_is_escalated_once_and_closed_with_the_answer(string priority, int hours)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(
            navigator, Request("p1", Custodian, $"Organization/{Hospital}").Replace("urgent", priority, StringComparison.Ordinal));

        await Server.PassAsync(TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1));
        Assert.Empty((await navigator.GetJsonAsync("Task?code=escalation")).Keys());
        await Server.PassAsync(TimeSpan.FromMinutes(2));
        await MovedAsync(hospital, task, "received");
        await Server.PassAsync(TimeSpan.FromHours(30));

        var escalation = Assert.Single((await navigator.GetJsonAsync("Task?code=escalation")).Keys());
        Assert.Equal("requested", (await navigator.GetJsonAsync(escalation)).Text("status"));
        await MovedAsync(hospital, task, "accepted");
        Assert.Equal("cancelled", (await navigator.GetJsonAsync(escalation)).Text("status"));
    }

    [Fact]
    public async Task A_consent_that_is_withdrawn_cancels_what_waits_and_leaves_what_has_begun()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var waiting = await SentAsync(navigator, Request("p1", Custodian, $"Organization/{Hospital}"));
        var begun = await SentAsync(navigator, Request("p1", Custodian, $"Organization/{Hospital}"));
        var elsewhere = await SentAsync(navigator, Request("p1", Custodian, $"Organization/{Shelter}"));
        await MovedAsync(hospital, begun, "accepted");

        using var revoked = await navigator.ChangeAsync("Consent/c1", consent => consent["status"] = "inactive");

        Assert.True(revoked.IsSuccessStatusCode, await revoked.Content.ReadAsStringAsync());
        var cancelled = await navigator.GetJsonAsync(waiting);
        Assert.Equal("cancelled", cancelled.Text("status"));
        Assert.Equal("consent-withdrawn", cancelled.GetProperty("statusReason").GetProperty("coding")[0].Text("code"));
        Assert.Equal("accepted", (await navigator.GetJsonAsync(begun)).Text("status"));
        Assert.Equal("requested", (await navigator.GetJsonAsync(elsewhere)).Text("status"));
    }

    private static JsonElement ValueOf(List<JsonElement> outputs, string code) => outputs.Single(output =>
        output.GetProperty("type").TryGetProperty("coding", out var coding) && coding[0].Text("code") == code);

    private static List<string> Notes(JsonElement task) => [.. task.GetProperty("note").EnumerateArray().Select(note => note.Text("text"))];

    private static string Role(string id, string organization) => $$"""
        {"resourceType":"PractitionerRole","id":"{{id}}","active":true,"organization":{"reference":"Organization/{{organization}}"} }
        """;

    /// <summary>Sends request and Task in one transaction, and gives the Task's key.</summary>
    private static async Task<string> SentAsync(HttpClient client, string bundle)
    {
        using var answer = await client.PostFhirAsync(string.Empty, bundle);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var location = (await answer.JsonAsync()).GetProperty("entry")[1].GetProperty("response").Text("location");
        return location[(location.IndexOf("/fhir/", StringComparison.Ordinal) + 6)..].Split("/_history")[0];
    }

    private static async Task<JsonElement> MovedAsync(
        HttpClient client, string task, string status, Action<JsonObject>? more = null)
    {
        using var moved = await client.ChangeAsync(task, change =>
        {
            change["status"] = status;
            more?.Invoke(change);
        });
        Assert.True(moved.IsSuccessStatusCode, $"{status}: {await moved.Content.ReadAsStringAsync()}");
        return await moved.JsonAsync();
    }

    private static string Request(string person, string requester, string? owner) => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01","resource":{"resourceType":"ServiceRequest","status":"active",
        "intent":"order","priority":"urgent","code":{"coding":[{"system":"http://snomed.info/sct","code":"183524004"}]},
        "subject":{"reference":"Patient/{{person}}"},"authoredOn":"2026-11-22T11:00:00Z",
        "requester":{"reference":"Organization/{{requester}}"} },"request":{"method":"POST","url":"ServiceRequest"} },
        {"resource":{"resourceType":"Task","status":"requested","intent":"order","priority":"urgent","code":{"coding":[
        {"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
        "focus":{"reference":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01"},"for":{"reference":"Patient/{{person}}"},
        "authoredOn":"2026-11-22T11:00:00Z","requester":{"reference":"Organization/{{requester}}"}
        {{(owner is null ? "" : $",\"owner\":{{\"reference\":\"{owner}\"}}")}} },"request":{"method":"POST","url":"Task"} }]}
        """;
}
