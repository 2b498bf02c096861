using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Server.Agreements;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Oversight;

/// <summary>
/// One search gives the privacy officer all that waits for her, the earliest due first; nobody else finds what only she sees.
/// </summary>
public class OversightListTests : SceneTests
{
    private const string List =
        "Task?performer=https://interop.example/fhir/CodeSystem/staff-role|privacy-officer&status=requested&_sort=due&_total=accurate";

    protected override IReadOnlyList<string> Settings => ["--Interop:Limits:PersonsPerHour=3", "--Interop:Limits:SystemPersonsPerHour=3"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", purposes: ["COC"], end: "2026-12-15"),
        Fixtures.Patient("p1"), Fixtures.Patient("p2"), Fixtures.Condition("c1", "p2"),
    ];

    [Fact]
    public async Task Broken_glasses_alerts_agreements_and_refusals_that_can_not_be_read_are_one_list_by_due_time()
    {
        using var officer = Server.As("privacy");
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var doctor = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "hospital"), ("fhirUser", "Practitioner/dr1"), ("sub", "dr1"));
        await Server.Part<AgreementBook>().RemindAsync(CancellationToken.None);
        await navigator.CreatedAsync("Consent", Unclear("p1"));
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        using (var broken = await doctor.PostFhirAsync("Patient/p2/$break-glass", """
            {"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"medical-emergency"},
            {"name":"justification","valueString":"Found unconscious."}]}
            """))
        {
            Assert.Equal(200, (int)broken.StatusCode);
        }

        foreach (var number in Enumerable.Range(0, 5))
        {
            await hospital.GetJsonAsync($"Patient?family=F{number}&given=G&birthdate=1990-01-01");
        }

        var list = await officer.GetJsonAsync(List);
        var tasks = list.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource")).ToList();
        Assert.Equal(list.GetProperty("total").GetInt32(), tasks.Count);
        Assert.Equal(["consent-review", "disclosure-review", "mou-review", "snooping-alert"], tasks.Select(CodeOf).Distinct().Order());
        var due = tasks.Select(DueOf).ToList();
        Assert.Equal(due.Order(), due);
        Assert.DoesNotContain("consent-review", (await navigator.GetJsonAsync(List)).GetProperty("entry").EnumerateArray()
            .Select(entry => CodeOf(entry.GetProperty("resource"))));
    }

    [Fact]
    public async Task A_refusal_that_can_be_read_again_or_is_ended_waits_for_nobody_any_more()
    {
        using var officer = Server.As("privacy");
        using var navigator = Server.As("navigator");
        var consent = await navigator.CreatedAsync("Consent", Unclear("p1"));
        var task = Assert.Single((await officer.GetJsonAsync("Task?code=consent-review")).Keys());
        var review = await officer.GetJsonAsync(task);
        Assert.Equal(consent, review.GetProperty("focus").Text("reference"));
        Assert.Contains("provision.code", review.Text("description"), StringComparison.Ordinal);
        await (await navigator.GetAsync(task)).OutcomeAsync(404);

        var clear = Fixtures.Consent(consent.Split('/')[1], "p1", "city-hospital", type: "deny");
        Assert.Equal(200, (int)(await navigator.PutFhirAsync(consent, clear)).StatusCode);
        Assert.Equal("cancelled", (await officer.GetJsonAsync(task)).Text("status"));

        var unclear = Unclear("p1").Replace("\"id\":\"x\"", $"\"id\":\"{consent.Split('/')[1]}\"", StringComparison.Ordinal);
        Assert.Equal(200, (int)(await navigator.PutFhirAsync(consent, unclear)).StatusCode);
        Assert.Equal("requested", (await officer.GetJsonAsync(task)).Text("status"));
        await (await navigator.PostFhirAsync($"{consent}/$revoke-consent", """{"resourceType":"Parameters"}""")).OutcomeAsync(200);
        Assert.Equal("cancelled", (await officer.GetJsonAsync(task)).Text("status"));
        await navigator.CreatedAsync("Consent", FollowUpWork.Refusal("x", "p2"));
        Assert.Single((await officer.GetJsonAsync("Task?code=consent-review")).Keys());
    }

    private static string CodeOf(JsonElement task) => task.GetProperty("code").GetProperty("coding")[0].Text("code");

    private static DateTimeOffset DueOf(JsonElement task) =>
        task.GetProperty("restriction").GetProperty("period").GetProperty("end").GetDateTimeOffset();

    private static string Unclear(string patient)
    {
        var consent = JsonNode.Parse(Fixtures.Consent("x", patient, "city-hospital", type: "deny"))!;
        consent["provision"]!["code"] = JsonNode.Parse("""[{"text":"something"}]""");
        return consent.ToJsonString();
    }
}
