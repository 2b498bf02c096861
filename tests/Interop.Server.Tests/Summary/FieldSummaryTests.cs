using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Summary;

/// <summary>One touch for the team that is with a person: what its tier opens, in lines, small, kept no longer than the shift.</summary>
public class FieldSummaryTests : SceneTests
{
    private static readonly DemoCaller Clinician =
        DemoCaller.All.Single(caller => caller.Name == "navigator") with { Roles = ["clinician"], Purposes = ["TREAT"] };

    protected override IReadOnlyList<string> Settings =>
        ["--Interop:DutyPhone=555-0142", "--Interop:ShiftEnds=07:00,15:00,23:00", "--Interop:TimeZone=America/New_York"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Patient("p1"),
        Fixtures.Patient("alone"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Encounter("e0", "p1", "finished"),
        Fixtures.Encounter("ended", "alone", "finished"),
        Fixtures.Condition("d1", "p1"),
        """
        {"resourceType":"Flag","id":"f1","status":"active","code":{"text":"Afraid of <uniforms>"},"subject":{"reference":"Patient/p1"} }
        """,
        """{"resourceType":"Flag","id":"f2","status":"inactive","code":{"text":"No more"},"subject":{"reference":"Patient/p1"} }""",
        """
        {"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","medicationCodeableConcept":{"text":"Lithium"},
        "subject":{"reference":"Patient/p1"},"dosageInstruction":[{"text":"300 mg twice a day"}]}
        """,
        """
        {"resourceType":"CarePlan","id":"c1","status":"active","intent":"plan","title":"Crisis plan","subject":{"reference":"Patient/p1"},
        "activity":[{"detail":{"status":"not-started","description":"Music calms her"} }]}
        """,
    ];

    [Fact]
    public async Task A_team_with_the_person_has_it_all_in_one_request_until_its_shift_ends()
    {
        using var team = Server.As(Clinician);

        using var response = await team.GetAsync("Patient/p1/$crisis-summary");
        var document = await response.JsonAsync();

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(Fhir.Validation.ResourceValidator.Validate(JsonSerializer.SerializeToUtf8Bytes(document)));
        Assert.Equal("document", document.Text("type"));
        Assert.Equal(
            ["Composition", "Patient", "Flag", "CarePlan", "MedicationRequest", "Condition", "Encounter", "Encounter"],
            document.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").Text("resourceType")!));
        var sections = Sections(document);
        Assert.Contains("Afraid of &lt;uniforms&gt;", sections["Safety"], StringComparison.Ordinal);
        Assert.DoesNotContain("No more", sections["Safety"], StringComparison.Ordinal);
        Assert.Contains("Crisis plan, Music calms her", sections["What helps"], StringComparison.Ordinal);
        Assert.Contains("Lithium, 300 mg twice a day", sections["Medication"], StringComparison.Ordinal);
        Assert.Contains("Nothing is known here.", sections["Allergies"], StringComparison.Ordinal);
        Assert.Contains("555-0142", sections["Who to call"], StringComparison.Ordinal);

        // Noon in UTC is seven in New York: the shift that begins ends at three.
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 20, 0, 0, TimeSpan.Zero), response.Content.Headers.Expires);
    }

    [Fact]
    public async Task It_stays_small_whatever_the_record_holds_and_says_how_much_there_is()
    {
        await Server.ImportAsync(Custodian, [.. Enumerable.Range(0, 400).Select(number => Fixtures.Condition($"more{number}", "p1"))]);
        using var team = Server.As(Clinician);

        using var response = await team.GetAsync("Patient/p1/$crisis-summary");

        Assert.InRange((await response.Content.ReadAsByteArrayAsync()).Length, 5_000, 20_000);
        Assert.Contains("386 more in the record.", Sections(await response.JsonAsync())["Diagnoses"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alone", 403)]
    [InlineData("nobody", 404)]
    [InlineData("p1?depth=all", 400)]
    public async Task Who_is_not_with_the_person_is_told_so(string patient, int status)
    {
        using var team = Server.As(Clinician);
        var parts = patient.Split('?');

        using var answer = await team.GetAsync($"Patient/{parts[0]}/$crisis-summary{(parts.Length > 1 ? $"?{parts[1]}" : "")}");

        await answer.OutcomeAsync(status);
    }

    [Fact]
    public async Task A_partner_is_not_with_a_person_by_an_agreement_and_police_have_their_own_way()
    {
        using var hospital = Server.AsSystem("hospital");
        using var police = Server.As("police");

        using var first = await hospital.GetAsync("Patient/p1/$crisis-summary");
        using var second = await police.GetAsync("Patient/p1/$crisis-summary");

        await first.OutcomeAsync(403);
        await second.OutcomeAsync(404);
    }

    [Fact]
    public async Task What_was_shown_is_on_the_trail()
    {
        using var team = Server.As(Clinician);
        await team.GetJsonAsync("Patient/p1/$crisis-summary");

        var row = Assert.Single(
            (await Server.Rows.AuditAsync(0, 1000, CancellationToken.None)).Select(entry => entry.Row),
            row => row.Target == "Patient/p1/$crisis-summary");

        Assert.Equal(("p1", "permit"), (row.Patient, row.Outcome));
        Assert.All((string[])["Patient/p1", "Flag/f1", "Condition/d1", "MedicationRequest/m1"], key =>
            Assert.Contains(key, row.Detail, StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Sections(JsonElement document) =>
        document.GetProperty("entry")[0].GetProperty("resource").GetProperty("section").EnumerateArray()
            .ToDictionary(section => section.Text("title")!, section => section.GetProperty("text").Text("div")!);
}
