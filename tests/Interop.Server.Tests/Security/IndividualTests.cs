using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Security;

/// <summary>
/// A person asks for her own record, says who may see it and takes that back, and learns who saw it (45 CFR 164.524, 164.528).
/// </summary>
public class IndividualTests : SceneTests
{
    private const string Own = "patient/*.cruds";
    private const string Schizophrenia = "58214004";

    private static readonly DemoCaller Person = new("person", Custodian, ["PATRQT"], ["individual"], Own);

    protected override IReadOnlyList<string> Settings => ["--Interop:State=US-WA"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital", labels: ["PSY"]),
        Born("ana", "1990-05-01"), Born("ben", "1991-05-01"),
        Born("minor", $"{DateTime.UtcNow.Year - 14}-01-01"), Born("child", $"{DateTime.UtcNow.Year - 9}-01-01"),
        Fixtures.Condition("a1", "ana"), Fixtures.Condition("b1", "ben"), Fixtures.Condition("m1", "minor", Schizophrenia),
        Labelled("notes", "ana", "PSYTHPN"), Labelled("alone", "minor", "SDV"),
        Fixtures.Encounter("ea", "ana"),
        Related("mother", "minor", "MTH"), Related("past", "minor", "MTH", """, "period": {"end": "2020-01-01"}"""),
        Related("off", "minor", "MTH").Replace("\"active\": true", "\"active\": false", StringComparison.Ordinal),
        Related("friend", "minor", "FRND"), Related("adults-mother", "ana", "MTH"), Related("attorney", "ana", "HPOWATT"),
        Related("guardian-of-a-child", "ana", "GUARD", """, "period": {"start": "2000-01-01"}"""),
        Related("guardian", "ana", "GUARD", """, "period": {"start": "2020-01-01"}"""),
    ];

    [Fact]
    public async Task She_reads_her_own_record_and_no_other_nor_what_the_law_keeps_from_her()
    {
        using var ana = As("ana");

        Assert.Equal("ana", (await ana.GetJsonAsync("Patient/ana")).Text("id"));
        Assert.Equal(["a1"], Ids(await ana.GetJsonAsync("Condition")));
        Assert.Equal(1, (await ana.GetJsonAsync("Condition?_summary=count")).GetProperty("total").GetInt32());
        Assert.Equal(["ana"], Ids(await ana.GetJsonAsync("Patient?name=Testa")));
        Assert.Equal(200, (int)(await ana.GetAsync("Organization/city-hospital")).StatusCode);
        foreach (var hidden in new[] { "Patient/ben", "Condition/b1", "Condition/notes", "Patient/nobody", "Encounter?patient=ben" })
        {
            using var answer = await ana.GetAsync(hidden);
            if (hidden.Contains('?', StringComparison.Ordinal))
            {
                Assert.Empty(Ids(await answer.JsonAsync()));
            }
            else
            {
                await answer.OutcomeAsync(404);
            }
        }
    }

    [Theory]
    [InlineData("Task")]
    [InlineData("Provenance")]
    [InlineData("_history")]
    [InlineData("Patient/ben/$disclosures")]
    [InlineData("AuditEvent?agent=Practitioner/x")]
    public async Task What_is_the_staffs_she_is_refused(string path)
    {
        using var ana = As("ana");

        using var answer = await ana.GetAsync(path);

        Assert.InRange((int)answer.StatusCode, 400, 404);
    }

    [Theory]
    [InlineData("Condition", """{"resourceType":"Condition","subject":{"reference":"Patient/ana"},"code":{"text":"well"}}""")]
    [InlineData("Patient/ana/$break-glass", """{"resourceType":"Parameters"}""")]
    [InlineData("Consent/$record-disclosure", """{"resourceType":"Parameters"}""")]
    [InlineData("Subscription", """{"resourceType":"Subscription","status":"requested"}""")]
    public async Task She_writes_nothing_but_what_she_permits_and_refuses(string path, string body)
    {
        using var ana = As("ana");

        using var answer = await ana.PostFhirAsync(path, body);

        Assert.InRange((int)answer.StatusCode, 400, 422);
    }

    [Fact]
    public async Task She_permits_looks_at_what_that_opens_and_takes_it_back()
    {
        using var ana = As("ana");
        using var hospital = Server.As("hospital");
        await (await hospital.GetAsync("Condition/a1")).OutcomeAsync(404);
        var consent = Permit("ana", "Patient/ana");
        using var preview = await ana.PostFhirAsync("Patient/ana/$preview-consent", $$"""
            {"resourceType": "Parameters", "parameter": [
                {"name": "organization", "valueReference": {"reference": "Organization/city-hospital"} },
                {"name": "consent", "resource": {{consent}} }]}
            """);
        Assert.Contains("Condition", (await preview.JsonAsync()).GetRawText(), StringComparison.Ordinal);

        using var given = await ana.PostFhirAsync("Consent", consent);

        Assert.Equal(201, (int)given.StatusCode);
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/a1")).StatusCode);
        var id = Ids(await ana.GetJsonAsync("Consent"))[0];
        using (var widened = await ana.PutFhirAsync($"Consent/{id}", (await ana.GetJsonAsync($"Consent/{id}")).GetRawText()
            .Replace("city-hospital", "city-police", StringComparison.Ordinal)))
        {
            Assert.Equal("Consent.status", (await widened.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        using var revoked = await ana.PostFhirAsync($"Consent/{id}/$revoke-consent", """{"resourceType":"Parameters"}""");

        Assert.Equal(200, (int)revoked.StatusCode);
        await (await hospital.GetAsync("Condition/a1")).OutcomeAsync(404);
        using var navigator = Server.As("privacy");
        var ended = (await navigator.GetJsonAsync($"Provenance?target=Consent/{id}")).GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal("Patient/ana", ended.GetProperty("agent")[0].GetProperty("who").Text("reference"));
    }

    [Theory]
    [InlineData("ben", "Patient/ben", "Consent.patient")]
    [InlineData("ana", "Patient/ben", "Consent.performer")]
    [InlineData("ana", "RelatedPerson/attorney", "Consent.performer")]
    public async Task She_speaks_for_herself_alone(string patient, string performer, string element)
    {
        using var ana = As("ana");

        using var answer = await ana.PostFhirAsync("Consent", Permit(patient, performer));

        Assert.Contains(element, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.InRange((int)answer.StatusCode, 403, 422);
    }

    [Fact]
    public async Task She_learns_who_saw_her_and_why_and_nothing_of_others_who_were_seen_with_her()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var ana = As("ana");
        await navigator.CreatedAsync("Consent", Permit("ana", "Patient/ana"));
        await hospital.GetJsonAsync("Condition?patient=ana&code:missing=false");
        await navigator.GetJsonAsync("Condition?_sort=_id");

        var trail = await ana.GetJsonAsync("AuditEvent?_count=100");

        var told = trail.GetRawText();
        Assert.Contains("Organization/city-hospital", told, StringComparison.Ordinal);
        Assert.Contains("Condition/a1", told, StringComparison.Ordinal);
        Assert.Contains("Consent/", told, StringComparison.Ordinal);
        foreach (var other in new[] { "Condition/b1", "Condition/m1", "Condition/notes", "Patient/ben", "_sort=_id", "Practitioner/" })
        {
            Assert.DoesNotContain(other, told, StringComparison.Ordinal);
        }

        var one = Ids(await ana.GetJsonAsync("AuditEvent?agent-organization=city-hospital"))[0];
        Assert.Equal(one, (await ana.GetJsonAsync($"AuditEvent/{one}")).Text("id"));
        using var ben = As("ben");
        Assert.Equal(404, (int)(await ben.GetAsync($"AuditEvent/{one}")).StatusCode);

        // The navigator's row is about both, and says so to neither.
        Assert.NotEmpty(Ids(await ana.GetJsonAsync("AuditEvent?patient=ana,ben")));
        Assert.Empty(Ids(await ana.GetJsonAsync("AuditEvent?patient=ben")));
        Assert.Equal(0, (await ana.GetJsonAsync("AuditEvent?patient=ben&_summary=count")).GetProperty("total").GetInt32());
        var accounting = (await ana.GetJsonAsync("Patient/ana/$disclosures")).GetRawText();
        Assert.Contains("Organization/city-hospital", accounting, StringComparison.Ordinal);
        var why = (await ana.GetJsonAsync(
            "Patient/ana/$explain-access?organization=Organization/city-hospital&resource=Condition/a1")).GetRawText();
        Assert.Contains("It sees", why, StringComparison.Ordinal);
        Assert.Equal(404, (int)(await ana.GetAsync(
            "Patient/ana/$explain-access?organization=Organization/city-hospital&resource=Condition/notes")).StatusCode);
    }

    [Fact]
    public async Task What_law_enforcement_asked_to_delay_is_neither_in_her_accounting_nor_in_her_trail()
    {
        using var officer = Server.As("privacy");
        using var hospital = Server.As("hospital");
        using var ana = As("ana");
        await officer.CreatedAsync("Consent", Permit("ana", "Patient/ana"));
        await hospital.GetJsonAsync("Condition/a1");
        Assert.Contains("city-hospital", (await ana.GetJsonAsync("AuditEvent")).GetRawText(), StringComparison.Ordinal);

        using var suspended = await officer.PostFhirAsync("Patient/ana/$suspend-accounting", $$"""
            {"resourceType": "Parameters", "parameter": [
                {"name": "organization", "valueString": "Organization/city-hospital"}, {"name": "official", "valueString": "Marshal"},
                {"name": "until", "valueString": "{{DateTime.UtcNow.AddDays(3):yyyy-MM-dd}}" }]}
            """);

        Assert.Equal(200, (int)suspended.StatusCode);
        var trail = (await ana.GetJsonAsync("AuditEvent?_count=100")).GetRawText();
        Assert.DoesNotContain("Organization/city-hospital", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("suspen", trail, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Ids(await ana.GetJsonAsync("AuditEvent?agent-organization=city-hospital")));
        Assert.DoesNotContain("city-hospital", (await ana.GetJsonAsync("Patient/ana/$disclosures")).GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>Who asks for whom, and whether she may (45 CFR 164.502(g)).</summary>
    [Theory]
    [InlineData("minor", "mother", true)]
    [InlineData("minor", "past", false)]
    [InlineData("minor", "off", false)]
    [InlineData("minor", "friend", false)]
    [InlineData("minor", "adults-mother", false)]
    [InlineData("minor", "nobody", false)]
    [InlineData("ana", "adults-mother", false)]
    [InlineData("ana", "attorney", true)]
    [InlineData("ana", "guardian", true)]
    [InlineData("ana", "guardian-of-a-child", false)]
    public async Task A_representative_speaks_for_whom_the_law_lets_her(string patient, string representative, bool speaks)
    {
        using var client = As(patient, representative);

        using var answer = await client.GetAsync($"Patient/{patient}");

        Assert.Equal(speaks ? 200 : 403, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_parent_does_not_see_what_a_minor_consents_to_alone_and_a_minor_refuses_but_does_not_permit()
    {
        using var mother = As("minor", "mother");
        using var minor = As("minor");
        using var child = As("child");

        // The condition is psychiatric: at thirteen she consents to its treatment alone in the state of Washington.
        Assert.Empty(Ids(await mother.GetJsonAsync("Condition")));
        Assert.Equal(["alone", "m1"], Ids(await minor.GetJsonAsync("Condition?_sort=_id")));
        await (await child.GetAsync("Patient/child")).OutcomeAsync(403);
        using (var permit = await minor.PostFhirAsync("Consent", Permit("minor", "Patient/minor")))
        {
            Assert.Equal("Consent.provision.type", (await permit.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        var refusal = Permit("minor", "Patient/minor").Replace("\"permit\"", "\"deny\"", StringComparison.Ordinal);
        await minor.CreatedAsync("Consent", refusal);
        var id = Ids(await minor.GetJsonAsync("Consent"))[0];
        using var hers = await mother.PostFhirAsync($"Consent/{id}/$revoke-consent", """{"resourceType":"Parameters"}""");
        await hers.OutcomeAsync(422);
        using var own = await minor.PostFhirAsync($"Consent/{id}/$revoke-consent", """{"resourceType":"Parameters"}""");
        await own.OutcomeAsync(422);
    }

    /// <summary>Tokens that say two things at once are none.</summary>
    [Theory]
    [InlineData("Patient/ben", "ana", "individual")]
    [InlineData("Patient/ana", null, "individual")]
    [InlineData("Patient/ana", "ana", "clinician")]
    [InlineData("Practitioner/x", "ana", "individual")]
    [InlineData("Device/x", "ana", "individual")]
    [InlineData("https://other.example/fhir/Patient/ana", "ana", "individual")]
    public async Task A_token_that_is_not_plainly_hers_is_refused(string fhirUser, string? patient, string role)
    {
        using var client = Server.As(
            Person with { Roles = [role] },
            patient is null ? [("fhirUser", fhirUser), ("sub", "p")] : [("fhirUser", fhirUser), ("sub", "p"), ("patient", patient)]);

        Assert.Equal(401, (int)(await client.GetAsync("Patient/ana")).StatusCode);
    }

    [Theory]
    [InlineData("user/*.rs")]
    [InlineData("system/*.rs")]
    [InlineData("patient/Task.rs")]
    [InlineData("patient/Patient.u")]
    public async Task Scopes_beyond_the_own_record_open_nothing(string scope)
    {
        using var client = Server.As(
            Person with { Scope = scope }, ("fhirUser", "Patient/ana"), ("sub", "p"), ("patient", "ana"));

        Assert.Equal(403, (int)(await client.GetAsync("Patient/ana")).StatusCode);
        Assert.Equal(403, (int)(await client.GetAsync("Task")).StatusCode);
    }

    private HttpClient As(string patient, string? representative = null) => Server.As(
        Person,
        ("fhirUser", representative is null ? $"Patient/{patient}" : $"RelatedPerson/{representative}"),
        ("sub", $"account-of-{representative ?? patient}"),
        ("patient", patient));

    private static string Permit(string patient, string performer) =>
        Fixtures.Consent("c", patient, "city-hospital").Replace(
            $"\"performer\":[{{\"reference\":\"Patient/{patient}\"",
            $"\"performer\":[{{\"reference\":\"{performer}\"",
            StringComparison.Ordinal);

    private static string Born(string id, string date) => $$"""
        {"resourceType":"Patient","id":"{{id}}","birthDate":"{{date}}",
         "name":[{"use":"official","family":"Testa","given":["{{id}}"]}]}
        """;

    private static string Labelled(string id, string patient, string label) => Fixtures.Condition(id, patient).Replace(
        "\"clinicalStatus\"",
        "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\"," + $"\"code\":\"{label}\"}}]}},"
            + "\"clinicalStatus\"",
        StringComparison.Ordinal);

    private static string Related(string id, string patient, string code, string more = "") => $$"""
        {"resourceType": "RelatedPerson", "id": "{{id}}", "active": true, "patient": {"reference": "Patient/{{patient}}"},
         "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "{{code}}"}]}]{{more}}}
        """;

    private static List<string> Ids(JsonElement bundle) => bundle.TryGetProperty("entry", out var entries)
        ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("resource").Text("id"))]
        : [];
}
