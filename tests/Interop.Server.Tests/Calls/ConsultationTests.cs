using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>The psychiatrist on duty is asked, answers within minutes or is escalated, and meets the person by video.</summary>
public class ConsultationTests : SceneTests
{
    protected override IReadOnlyList<string> Settings =>
    [
        "--Interop:Consultations:Psychiatrist=PractitionerRole/on-duty", "--Interop:Consultations:Minutes=15",
        "--Interop:Consultations:TelehealthUrl=https://video.example/{room}", "--Interop:Supervisor=PractitionerRole/lead",
    ];

    protected override IReadOnlyList<string> Scene =>
    [
        Role("on-duty"), Role("lead"),
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"), Fixtures.Encounter("e1", "p1"),
    ];

    [Fact]
    public async Task The_one_on_duty_is_asked_and_answers_by_video_and_else_the_supervisor_is_told_once()
    {
        using var team = Server.As("navigator");
        var asked = await team.CreatedAsync("Task", Consult("\"for\":{\"reference\":\"Patient/p1\"},"));
        var task = await team.GetJsonAsync(asked);
        Assert.Equal("PractitionerRole/on-duty", task.GetProperty("owner").Text("reference"));
        Assert.Equal("2026-11-22T12:15:00.000Z", task.GetProperty("restriction").GetProperty("period").Text("end"));
        Assert.Equal([asked], (await team.GetJsonAsync("Task?code=consult&status=requested&_sort=due")).Keys());

        // Nobody answers: one escalation, which the answer ends.
        await Server.PassAsync(TimeSpan.FromMinutes(14));
        Assert.Empty((await team.GetJsonAsync("Task?code=escalation")).Keys());
        await Server.PassAsync(TimeSpan.FromMinutes(2));
        await Server.PassAsync(TimeSpan.FromHours(2));
        var escalation = Assert.Single((await team.GetJsonAsync("Task?code=escalation")).Keys());
        Assert.Equal("PractitionerRole/lead", (await team.GetJsonAsync(escalation)).GetProperty("owner").Text("reference"));
        await MovedAsync(team, asked, "accepted");
        Assert.Equal("cancelled", (await team.GetJsonAsync(escalation)).Text("status"));

        // They meet by video, and what came of it is the consultation's output.
        var appointment = await team.CreatedAsync("Appointment", Appointment());
        var booked = await team.GetJsonAsync(appointment);
        var address = AddressOf(booked);
        Assert.Matches("^https://video\\.example/[0-9a-f-]{36}$", address);
        using var changed = await team.ChangeAsync(appointment, change => change["status"] = "arrived");
        Assert.Equal(address, AddressOf(await changed.JsonAsync()));
        using var field = await team.PostFhirAsync("Encounter", Met(appointment, "FLD"));
        Assert.Equal("Encounter.class", (await field.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        var met = await team.CreatedAsync("Encounter", Met(appointment, "VR"));
        await MovedAsync(team, asked, "in-progress");
        await MovedAsync(team, asked, "completed", change => change["output"] = new JsonArray(new JsonObject
        {
            ["type"] = new JsonObject { ["text"] = "consultation" },
            ["valueReference"] = new JsonObject { ["reference"] = met },
        }));

        // One that is answered in time is not escalated.
        var second = await team.CreatedAsync("Task", Consult("\"for\":{\"reference\":\"Patient/p1\"},"));
        await MovedAsync(team, second, "accepted");
        await Server.PassAsync(TimeSpan.FromHours(1));
        Assert.Single((await team.GetJsonAsync("Task?code=escalation")).Keys());
    }

    [Fact]
    public async Task What_has_no_effect_is_refused_with_the_element()
    {
        using var team = Server.As("navigator");
        using var hospital = Server.As("hospital");
        await Server.ImportAsync("city-hospital", Fixtures.Patient("theirs"));
        (HttpClient Client, string Type, string Json, string Element)[] cases =
        [
            (team, "Task", Consult(string.Empty), "Task.for"),
            (hospital, "Task", Consult("\"for\":{\"reference\":\"Patient/theirs\"},"), "Task.code"),
            (team, "Appointment", Appointment(Link("https://elsewhere.example/room")), "Appointment.extension"),
            (team, "Appointment", Appointment(Link("https://video.example/x")).Replace("\"VR\"", "\"AMB\"", StringComparison.Ordinal),
                "Appointment.extension"),
        ];
        foreach (var (client, type, json, element) in cases)
        {
            using var refused = await client.PostFhirAsync(type, json);
            Assert.Equal(element, (await refused.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        await using var without = await RunningServer.StartAsync();
        await without.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program"), Fixtures.Patient("p1"));
        using var other = without.As("navigator");
        using var nobody = await other.PostFhirAsync("Task", Consult("\"for\":{\"reference\":\"Patient/p1\"},"));
        Assert.Equal("Task.owner", (await nobody.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        using var nowhere = await other.PostFhirAsync("Appointment", Appointment());
        Assert.Equal("Appointment.serviceType", (await nowhere.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    private static string? AddressOf(JsonElement appointment) =>
        appointment.GetProperty("extension")[0].GetProperty("extension")[0].Text("valueUrl");

    private static async Task MovedAsync(HttpClient client, string task, string status, Action<JsonObject>? more = null)
    {
        using var moved = await client.ChangeAsync(task, change =>
        {
            change["status"] = status;
            more?.Invoke(change);
        });
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
    }

    private static string Role(string id) => $$"""
        {"resourceType":"PractitionerRole","id":"{{id}}","active":true,"organization":{"reference":"Organization/crisis-program"} }
        """;

    private static string Consult(string more) => $$"""
        {"resourceType":"Task","status":"requested","intent":"order","priority":"stat",{{more}}
        "code":{"coding":[{"system":"{{Fixtures.Base}}/CodeSystem/crisis-task","code":"consult"}]},
        "requester":{"reference":"Organization/crisis-program"} }
        """;

    private static string Link(string address) => $$"""
        "extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService",
        "extension":[{"url":"address","valueUrl":"{{address}}"}]}],
        """;

    private static string Appointment(string more = "") => $$"""
        {"resourceType":"Appointment",{{more}}"status":"booked","serviceType":[{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"VR"}]}],"start":"2026-11-22T15:00:00Z",
        "end":"2026-11-22T15:30:00Z","participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"}]}
        """;

    private static string Met(string appointment, string kind) => $$"""
        {"resourceType":"Encounter","status":"in-progress","class":{
        "system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{kind}}"},"subject":{"reference":"Patient/p1"},
        "appointment":[{"reference":"{{appointment}}"}],"period":{"start":"2026-11-22T15:00:00Z"} }
        """;
}
