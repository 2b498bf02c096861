using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Summary;

/// <summary>The police's job: one document on scene, of one shape, whoever the person is and whatever they agreed to.</summary>
public sealed class CrisisSummaryTests : SceneTests
{
    private static readonly string[] Persons = ["silent", "agreed", "refused"];

    protected override IReadOnlyList<string> Settings => ["--Interop:DutyPhone=555-0142"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-police", "police"),
        Fixtures.Organization("other-police", "police"),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Agreement("other-police", "basic", ["OVRPS"]),
        .. Persons.SelectMany(person => new[]
        {
            Fixtures.Patient(person, "Name" + person).Replace(
                "\"gender\"",
                """
                "address":[{"use":"home","line":["1 Elm Street"],"city":"Here"}],"gender"
                """,
                StringComparison.Ordinal),
            Incident(person, "in-progress"), Fixtures.Condition("c" + person, person),
            Alert(person),
        }),
        Fixtures.Consent("yes", "agreed", "city-police", "basic", purpose: "OVRPS"),
        Fixtures.Consent("no", "refused", "city-police", "basic", type: "deny", purpose: "OVRPS"),
        Fixtures.Patient("past"),
        Incident("past", "finished"),
    ];

    [Fact]
    public async Task A_person_who_agreed_is_described_with_basic_facts_only()
    {
        var (document, text) = await AskAsync("agreed");

        Assert.Equal("document", document.GetProperty("type").GetString());
        Assert.Contains("Nameagreed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("38341003", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_it_knows_in_lines_and_contradicts_nothing_of_it()
    {
        var (document, text) = await AskAsync("agreed");
        var sections = document.GetProperty("entry")[0].GetProperty("resource").GetProperty("section").EnumerateArray()
            .ToDictionary(section => section.Text("title")!, section => section.GetProperty("text").Text("div")!);

        Assert.Contains("Nameagreed", sections["Person"], StringComparison.Ordinal);
        Assert.Contains("No further safety alert", sections["Safety"], StringComparison.Ordinal);
        Assert.DoesNotContain("does not mean that there is none", text, StringComparison.Ordinal);
        Assert.Contains("555-0142", sections["Who to call"], StringComparison.Ordinal);
        Assert.DoesNotContain("Elm Street", text, StringComparison.Ordinal);
        Assert.Contains("does not mean that there is none", (await AskAsync("silent")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("refused")]
    public async Task A_person_who_did_not_agree_is_not_described(string person)
    {
        var (_, text) = await AskAsync(person);

        Assert.DoesNotContain("Name" + person, text, StringComparison.Ordinal);
        Assert.DoesNotContain("555-0100", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1988-02-29", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shape_and_size_are_the_same_whatever_the_consent()
    {
        var (agreed, agreedText) = await AskAsync("agreed");
        foreach (var person in new[] { "silent", "refused" })
        {
            var (other, otherText) = await AskAsync(person);
            Assert.Equal(agreedText.Length, otherText.Length);
            Assert.Equal(Shape(agreed), Shape(other));
        }
    }

    [Fact]
    public async Task A_wrong_name_gets_the_same_shape_and_nothing_of_the_person()
    {
        var (document, text) = await AskAsync("agreed", family: "Guess");

        Assert.DoesNotContain("Nameagreed", text, StringComparison.Ordinal);
        Assert.Equal(Shape((await AskAsync("silent")).Document), Shape(document));
    }

    [Theory]
    [InlineData("inc-past", "city-police")]
    [InlineData("inc-nowhere", "city-police")]
    [InlineData("inc-agreed", "other-police")]
    public async Task Without_an_open_incident_of_the_agency_there_is_nothing_and_an_alert(string incident, string agency)
    {
        using var police = Server.As(Demo.DemoCaller.All.Single(caller => caller.Name == "police") with { Organization = agency });

        using var response = await police.PostFhirAsync("Patient/$crisis-summary", Question(incident, "Nameagreed"));

        var issue = await response.OutcomeAsync(403);
        Assert.Equal("No open incident with this number is assigned to this agency.", issue.GetProperty("diagnostics").GetString());
        Assert.Contains(await Server.Rows.AuditAsync(0, 1000, CancellationToken.None), entry => entry.Row.Outcome == "alert");
    }

    [Theory]
    [InlineData("urn:interop:incident|")]
    [InlineData("inc-guess,inc-agreed")]
    [InlineData(",")]
    [InlineData("|")]
    [InlineData("a|b|c")]
    [InlineData("a\\\\")]
    public async Task An_incident_number_is_a_number_and_no_search(string incident)
    {
        using var police = Server.As("police");

        using var response = await police.PostFhirAsync("Patient/$crisis-summary", Question(incident, "Nameagreed"));

        await response.OutcomeAsync(403);
    }

    [Theory]
    [InlineData("agreed", true)]
    [InlineData("silent", false)]
    public async Task A_token_about_one_patient_describes_no_other(string patient, bool isDescribed)
    {
        using var police = Server.As(Demo.DemoCaller.All.Single(caller => caller.Name == "police"), ("patient", patient));

        using var response = await police.PostFhirAsync("Patient/$crisis-summary", Question("inc-agreed", "Nameagreed"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(isDescribed, (await response.Content.ReadAsStringAsync()).Contains("Nameagreed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_identifier_is_not_enough()
    {
        using var police = Server.As("police");

        using var response = await police.PostFhirAsync(
            "Patient/$crisis-summary",
            """{"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"inc-agreed"},"""
                + """{"name":"officer","valueString":"12"},{"name":"family","valueString":"Nameagreed"}]}""");

        var issue = await response.OutcomeAsync(400);
        Assert.Equal("Parameters.parameter", issue.GetProperty("expression")[0].GetString());
    }

    [Theory]
    [InlineData("\"valueString\":\"512(j)\"")]
    [InlineData("\"part\":[{\"name\":\"basis\",\"valueString\":\"512(j)\"}]")]
    [InlineData("\"valueBoolean\":true")]
    [InlineData("\"_valueString\":{\"extension\":[{\"url\":\"http://example.org/x\",\"valueCode\":\"x\"}]}")]
    public async Task A_parameter_that_is_not_known_is_refused_and_not_ignored(string value)
    {
        using var police = Server.As("police");

        using var response = await police.PostFhirAsync(
            "Patient/$crisis-summary",
            Question("inc-agreed", "Nameagreed").Replace(
                "\"parameter\":[", $"\"parameter\":[{{\"name\":\"exception\",{value}}},", StringComparison.Ordinal));

        Assert.Equal(
            "Parameters.parameter.where(name='exception')",
            (await response.OutcomeAsync(400)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task Others_than_police_systems_lack_the_scope()
    {
        using var hospital = Server.As("hospital");

        using var response = await hospital.PostFhirAsync("Patient/$crisis-summary", Question("inc-agreed", "Nameagreed"));

        await response.OutcomeAsync(403);
    }

    private async Task<(JsonElement Document, string Text)> AskAsync(string person, string? family = null)
    {
        using var police = Server.As("police");
        using var response = await police.PostFhirAsync("Patient/$crisis-summary", Question($"inc-{person}", family ?? "Name" + person));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.DoesNotContain(
            Fhir.Validation.ResourceValidator.Validate(System.Text.Encoding.UTF8.GetBytes(text)),
            issue => issue.Severity <= Fhir.Validation.IssueSeverity.Error);
        return (await response.JsonAsync(), text);
    }

    private static List<string> Shape(JsonElement document) =>
        [.. document.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString()!)];

    private static string Question(string incident, string family) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"{{incident}}"},{"name":"officer",
        "valueString":"badge-12"},{"name":"family","valueString":"{{family}}"},{"name":"birthDate","valueDate":"1988-02-29"}]}
        """;

    private static string Incident(string person, string status) => Fixtures.Encounter(person, person, status).Replace(
        "\"identifier\"",
        $"\"extension\":[{{\"url\":\"{Fixtures.Base}/StructureDefinition/encounter-assigned-agency\","
            + $"\"valueReference\":{{\"reference\":\"Organization/city-police\"}}}}],\"identifier\"",
        StringComparison.Ordinal);

    private static string Alert(string person) => $$"""
        {"resourceType":"Flag","id":"f{{person}}","status":"active","category":[{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/flag-category","code":"safety"}]}],"code":{"coding":[
        {"system":"http://snomed.info/sct","code":"24199005"}]},"subject":{"reference":"Patient/{{person}}"} }
        """;
}
