using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Referrals;

/// <summary>What a referral rests on besides consent, how it stands in the words of eReferral, and whether there is room for it.</summary>
public class ReferralBasisTests : SceneTests
{
    private const string Hospital = "city-hospital";
    private const string Shelter = "family-services";
    private const string Clinic = "narrow-clinic";

    private static readonly string[] Directory =
    [
        Service("desk", "no-capacity"),
        Service("ward", "capacity"),
        Service("list", "waitlist"),
        Service("shut", "capacity", isAway: true),
    ];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization(Hospital, "hospital"),
        Fixtures.Organization(Shelter, "shelter"),
        Fixtures.Organization(Clinic, "provider"),
        Fixtures.Agreement(Hospital, labels: ["PSY", "42CFRPart2"], openings: []),
        Fixtures.Agreement(Shelter, "intermediate", ["TREAT", "COC"], openings: []),
        Fixtures.Agreement(Clinic, "full", ["COC"], openings: []),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Patient("p3"),
        .. Directory,
        Bed("b1", "U"),
        Bed("b2", "O"),
    ];

    [Fact]
    public async Task Treatment_shows_a_hospital_what_is_asked_while_it_is_asked_and_nothing_else()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        await Server.ImportAsync(Custodian, Fixtures.Condition("d1", "p1"));
        var task = await SentAsync(navigator, Request("p1", Hospital));

        var waiting = await hospital.GetJsonAsync("Task?status=requested&_include=Task:focus");
        Assert.Equal(task, waiting.Keys()[0]);
        var request = waiting.GetProperty("entry")[1].GetProperty("resource");
        Assert.Equal("183524004", request.GetProperty("code").GetProperty("coding")[0].Text("code"));
        Assert.Equal("F32", request.GetProperty("reasonCode")[0].GetProperty("coding")[0].Text("code"));
        Assert.Equal("treatment", request.GetProperty("category")[0].GetProperty("coding")[0].Text("code"));
        Assert.Empty((await hospital.GetJsonAsync("Condition?patient=Patient/p1")).Keys());

        await MovedAsync(hospital, task, "rejected", change => change["statusReason"] = new JsonObject { ["text"] = "no bed" });
        Assert.Empty((await hospital.GetJsonAsync("ServiceRequest?patient=Patient/p1")).Keys());
    }

    [Fact]
    public async Task Where_treatment_is_no_basis_nothing_is_sent_and_the_answer_says_why()
    {
        using var navigator = Server.As("navigator");
        (string Owner, string More, string Element, string Rule)[] cases =
        [
            (Shelter, Performer(Shelter), ".performer", "164.506"),
            (Clinic, Performer(Clinic), ".performer", "TREAT"),
            (Hospital, string.Empty, "Task.focus", "performer"),
            (Hospital, Performer(Hospital) + Part2, "Task.focus", "42 CFR 2.31"),
        ];
        foreach (var (owner, more, element, rule) in cases)
        {
            using var answer = await navigator.PostFhirAsync(string.Empty, Request("p1", owner, more));

            var issue = await answer.OutcomeAsync(422);
            Assert.Contains(rule, issue.Text("diagnostics"), StringComparison.Ordinal);
            Assert.EndsWith(element, issue.GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
        }

        using var other = await navigator.PostFhirAsync(
            string.Empty, Request("p1", Hospital).Replace("\"code\":\"treatment\"", "\"code\":\"curiosity\"", StringComparison.Ordinal));
        Assert.EndsWith(
            ".category", (await other.OutcomeAsync(422)).GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
        Assert.Empty((await navigator.GetJsonAsync("Task")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("ServiceRequest")).Keys());
    }

    [Fact]
    public async Task A_refusal_of_the_person_stops_what_rests_on_treatment()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(navigator, Request("p2", Hospital));
        var deny = Fixtures.Consent("no", "p2", Hospital).Replace("\"type\":\"permit\"", "\"type\":\"deny\"", StringComparison.Ordinal);
        await navigator.CreatedAsync("Consent", deny.Replace("\"id\":\"no\",", "", StringComparison.Ordinal));

        var ended = await navigator.GetJsonAsync(task);
        Assert.Equal("cancelled", ended.Text("status"));
        Assert.Equal("6.0", StatusOf(ended));
        Assert.Empty((await hospital.GetJsonAsync("ServiceRequest")).Keys());
        using var again = await navigator.PostFhirAsync(string.Empty, Request("p2", Hospital));
        Assert.Contains("refuses", (await again.OutcomeAsync(422)).Text("diagnostics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_business_status_follows_the_status_and_a_pair_that_does_not_go_together_is_refused()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await SentAsync(navigator, Request("p3", Hospital));
        Assert.Equal("2.0", StatusOf(await navigator.GetJsonAsync(task)));

        await RefusedAsync(hospital, task, "accepted", "4.0", "The business status 4.0 does not go with the status accepted");
        await RefusedAsync(hospital, task, "accepted", "9.9", "TaskBusinessStatusCS");
        Assert.Equal("3.0", StatusOf(await MovedAsync(hospital, task, "accepted")));
        Assert.Equal("5.1.1", StatusOf(await MovedAsync(hospital, task, "accepted", change => change["businessStatus"] = Said("5.1.1"))));
        Assert.Equal("5.1.1", StatusOf(await MovedAsync(hospital, task, "in-progress")));
        await RefusedAsync(hospital, task, "in-progress", "5.2", "set by the requester");
        await RefusedAsync(navigator, task, "in-progress", "5.1.4", "set by the owner");
        Assert.Equal("5.2", StatusOf(await MovedAsync(navigator, task, "in-progress", change => change["businessStatus"] = Said("5.2"))));
        var done = await MovedAsync(hospital, task, "completed", change =>
        {
            change["businessStatus"]!.AsObject()["text"] = "home again";
            change["output"] = JsonNode.Parse("""[{"type":{"text":"outcome"},"valueString":"met"}]""");
        });
        Assert.Equal("7.0", StatusOf(done));
        Assert.Equal("home again", done.GetProperty("businessStatus").Text("text"));
    }

    [Fact]
    public async Task Who_asks_reads_in_the_answer_whether_there_is_room()
    {
        using var navigator = Server.As("navigator");
        (string Owner, string Severity, string Text)[] cases =
        [
            ("HealthcareService/desk", "warning", "HealthcareService/desk is full."),
            ("HealthcareService/list", "warning", "HealthcareService/list has a waiting list."),
            ("HealthcareService/shut", "warning", "HealthcareService/shut is closed now."),
            ("HealthcareService/ward", "information", "HealthcareService/ward has capacity."),
            ("Organization/city-hospital", "information", "Organization/city-hospital has 1 of 2 beds free."),
        ];
        foreach (var (owner, severity, text) in cases)
        {
            using var answer = await navigator.PostFhirAsync(
                string.Empty, Request("p1", Hospital).Replace(
                    "\"owner\":{\"reference\":\"Organization/city-hospital\"}",
                    $"\"owner\":{{\"reference\":\"{owner}\"}}",
                    StringComparison.Ordinal));

            Assert.True(answer.IsSuccessStatusCode, $"{owner}: {await answer.Content.ReadAsStringAsync()}");
            var outcome = (await answer.JsonAsync()).GetProperty("entry")[1].GetProperty("response").GetProperty("outcome");
            Assert.Contains(
                outcome.GetProperty("issue").EnumerateArray(),
                issue => issue.Text("severity") == severity && issue.Text("diagnostics") == text);
        }
    }

    private const string Part2 = """
        "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"42CFRPart2"}]},
        """;

    private static string Performer(string organization) => $"\"performer\":[{{\"reference\":\"Organization/{organization}\"}}],";

    private static string? StatusOf(JsonElement task) => task.GetProperty("businessStatus").GetProperty("coding")[0].Text("code");

    private static JsonNode Said(string code) => JsonNode.Parse($$"""
        {"coding":[{"system":"http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS","code":"{{code}}"}]}
        """)!;

    private static async Task RefusedAsync(HttpClient client, string task, string status, string code, string rule)
    {
        using var refused = await client.ChangeAsync(task, change =>
        {
            change["status"] = status;
            change["businessStatus"] = Said(code);
        });
        var issue = await refused.OutcomeAsync(422);
        Assert.Contains(rule, issue.Text("diagnostics"), StringComparison.Ordinal);
        Assert.Equal("Task.businessStatus", issue.GetProperty("expression")[0].GetString());
    }

    private static async Task<JsonElement> MovedAsync(HttpClient client, string task, string status, Action<JsonObject>? more = null)
    {
        using var moved = await client.ChangeAsync(task, change =>
        {
            change["status"] = status;
            more?.Invoke(change);
        });
        Assert.True(moved.IsSuccessStatusCode, $"{status}: {await moved.Content.ReadAsStringAsync()}");
        return await moved.JsonAsync();
    }

    private static async Task<string> SentAsync(HttpClient client, string bundle)
    {
        using var answer = await client.PostFhirAsync(string.Empty, bundle);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var location = (await answer.JsonAsync()).GetProperty("entry")[1].GetProperty("response").Text("location");
        return location[(location.IndexOf("/fhir/", StringComparison.Ordinal) + 6)..].Split("/_history")[0];
    }

    private const string Away = "\"notAvailable\":[{\"description\":\"moving\",\"during\":{\"start\":\"2026-11-01\"}}],";

    private static string Service(string id, string capacity, bool isAway = false) => $$"""
        {"resourceType":"HealthcareService","id":"{{id}}","active":true,
        {{(isAway ? Away : "")}}"providedBy":{"reference":"Organization/city-hospital"},"extension":[{"url":
        "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-ExtensionHealthcareServiceCapacityStatus","extension":[
        {"url":"capacityStatus","valueCodeableConcept":{"coding":[{"system":
        "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes","code":"{{capacity}}"}]} }]}]}
        """;

    private static string Bed(string id, string status) => $$"""
        {"resourceType":"Location","id":"{{id}}","managingOrganization":{"reference":"Organization/city-hospital"},
        "physicalType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/location-physical-type","code":"bd"}]},
        "operationalStatus":{"system":"http://terminology.hl7.org/CodeSystem/v2-0116","code":"{{status}}"} }
        """;

    private static string Request(
        string person, string owner, string more = "\"performer\":[{\"reference\":\"Organization/city-hospital\"}],") => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01","resource":{"resourceType":"ServiceRequest",{{more}}"status":"active",
        "intent":"order","priority":"urgent","category":[{"coding":[
        {"system":"https://interop.example/fhir/CodeSystem/disclosure-basis","code":"treatment"}]}],
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"183524004"}]},
        "reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F32"}]}],
        "subject":{"reference":"Patient/{{person}}"},"authoredOn":"2026-11-22T11:00:00Z",
        "requester":{"reference":"Organization/crisis-program"} },"request":{"method":"POST","url":"ServiceRequest"} },
        {"resource":{"resourceType":"Task","status":"requested","intent":"order","priority":"urgent","code":{"coding":[
        {"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
        "focus":{"reference":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01"},"for":{"reference":"Patient/{{person}}"},
        "authoredOn":"2026-11-22T11:00:00Z","requester":{"reference":"Organization/crisis-program"},
        "owner":{"reference":"Organization/{{owner}}"} },"request":{"method":"POST","url":"Task"} }]}
        """;
}
