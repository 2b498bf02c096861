using System.Text;
using System.Text.Json.Nodes;
using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>
/// No write by one agency changes what another may see of records that are not the writer's. Two agencies keep records of one
/// person; whatever one of them stores, every caller sees of the other's records what it saw before.
/// </summary>
public sealed class ForeignInstrumentsTests : SceneTests
{
    private const string Hospital = "city-hospital";
    private static readonly DemoCaller[] Callers =
    [
        DemoCaller.All.Single(caller => caller.Name == "hospital"),
        DemoCaller.All.Single(caller => caller.Name == "social"),
        DemoCaller.All.Single(caller => caller.Name == "navigator") with { Purposes = ["TREAT", "COC"] },
        DemoCaller.All.Single(caller => caller.Name == "police") with { Scope = "system/*.rs" },
    ];

    // Every record here is the custodian's, but for those of the hospital.
    private static readonly string[] OfCustodian =
        ["Patient/p1", "Patient/p2", "Condition/d1", "Condition/d2", "Encounter/e1", "Task/t1", "Consent/c1"];
    private static readonly string[] OfHospital = ["Patient/hp", "Condition/hd", "Consent/hc"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization(Hospital, "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement(Hospital),
        Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Consent("c1", "p1", Hospital, "full"),
        Fixtures.Consent("c2", "p1", "family-services", purpose: "COC"),
        Fixtures.Condition("d1", "p1"),
        Fixtures.Condition("d2", "p2"),
        Fixtures.Encounter("e1", "p1", provider: Hospital),
        Fixtures.Referral("s1", "p1"),
        Fixtures.ReferralTask("t1", "p1", "s1"),
    ];

    private static IEnumerable<string> Others =>
    [
        Fixtures.Agreement("family-services", "full", ["COC"], grantor: Custodian).Replace("mou-", "false-", StringComparison.Ordinal),
        Fixtures.Agreement("family-services", "full", ["COC"], grantor: Custodian, status: "terminated")
            .Replace("mou-", "end-", StringComparison.Ordinal),
        Fixtures.Agreement("family-services", "full", ["COC"], grantor: Hospital),
        Fixtures.Organization("false-agency", "hospital", part2: true),
        Fixtures.Encounter("fe", "p1", provider: "family-services"),
        Fixtures.Encounter("ff", "p1", "finished", provider: Hospital),
        Fixtures.ReferralTask("ft", "p1", "s1", "in-progress", "family-services"),
        Fixtures.ReferralTask("fu", "p1", "s1", "rejected"),
        """{"resourceType":"CareTeam","id":"ct","status":"active","subject":{"reference":"Patient/p1"},"managingOrganization":["""
            + """{"reference":"Organization/family-services"},{"reference":"Organization/city-hospital"}]}""",
        """{"resourceType":"PractitionerRole","id":"pr","active":true,"practitioner":{"reference":"Practitioner/x"},"organization":"""
            + """{"reference":"Organization/family-services"}}""",
        """{"resourceType":"Location","id":"lo","extension":["""
            + """{"url":"https://interop.example/fhir/StructureDefinition/location-subject","valueReference":"""
            + """{"reference":"Patient/p1"}}],"name":"x"}""",
        """{"resourceType":"Patient","id":"fp","meta":{"security":["""
            + """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"V"}]},"link":[{"other":"""
            + """{"reference":"Patient/p1"},"type":"replaces"}]}""",
        """{"resourceType":"Condition","id":"fc","meta":{"security":["""
            + """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"V"}]},"subject":"""
            + """{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"}}""",
        """{"resourceType":"Flag","id":"fl","status":"active","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""",
    ];

    [Fact]
    public async Task What_an_agency_writes_leaves_the_custodians_records_as_they_were_for_everybody() =>
        await UnchangedAsync(Hospital, Consents(Hospital, Custodian).Concat(Others), OfCustodian);

    [Fact]
    public async Task What_the_custodian_lets_a_person_say_of_its_records_leaves_an_agencys_as_they_were() =>
        await UnchangedAsync(Custodian, Consents(Custodian, Hospital), OfHospital);

    [Fact]
    public async Task A_clinicians_consent_that_names_something_unreadable_beside_its_own_agency_cuts_nobody_off()
    {
        using var hospital = Server.As("hospital");
        using var social = Server.As("social");
        foreach (var second
            in new[]
            {
                """{"display":"the crisis programme"}""", """{"reference":"Organization/crisis-program"}""",
                """{"reference":"Organization/nowhere"}"""
            })
        {
            var consent = Fixtures.Consent("x", "p1", "family-services", type: "deny", tier: "basic", controller: Hospital)
                .Replace("\"organization\":[", $"\"organization\":[{second},", StringComparison.Ordinal);
            using var created = await hospital.PostFhirAsync("Consent", consent);

            Assert.True((int)created.StatusCode is 201 or 422, await created.Content.ReadAsStringAsync());
            Assert.Equal("Condition", (await hospital.GetJsonAsync("Condition/d1")).GetProperty("resourceType").GetString());
            Assert.Equal("Condition", (await social.GetJsonAsync("Condition/d1")).GetProperty("resourceType").GetString());
        }
    }

    /// <summary>Consents of one agency that also name another: clear ones, and those that are unclear in each element.</summary>
    private static IEnumerable<string> Consents(string writer, string other)
    {
        foreach (var type in new[] { "permit", "deny" })
        {
            foreach (var grantee in new[] { "family-services", other == Hospital ? "city-police" : Hospital })
            {
                foreach (var controller in new[] { writer, other })
                {
                    var plain = Fixtures.Consent(
                        "x", "p1", grantee, type == "deny" ? "basic" : "full", type: type, purpose: "COC", controller: controller);
                    yield return plain;
                    yield return plain.Replace("\"active\"", "\"inactive\"", StringComparison.Ordinal);
                    foreach (var change in Unclear)
                    {
                        var json = JsonNode.Parse(plain)!;
                        change(json, other);
                        yield return json.ToJsonString();
                    }
                }
            }
        }
    }

    private static IEnumerable<Action<JsonNode, string>> Unclear =>
    [
        (json, other) => json["organization"]!.AsArray().Add(JsonNode.Parse($$"""{"reference":"Organization/{{other}}"}""")),
        (json, _) => json["organization"]!.AsArray().Add(JsonNode.Parse("""{"display":"the others"}""")),
        (json, _) => json["organization"] = JsonNode.Parse("""[{"display":"somebody"}]"""),
        (json, _) => json.AsObject().Remove("organization"),
        (json, _) => json["scope"] = JsonNode.Parse("""{"text":"all"}"""),
        (json, _) => json["category"] = JsonNode.Parse("""[{"text":"all"}]"""),
        (json, _) => json["policy"] = JsonNode.Parse("""[{"uri":"urn:unknown"}]"""),
        (json, _) => json["verification"] = JsonNode.Parse("""[{"verified":false}]"""),
        (json, _) => json["modifierExtension"] = JsonNode.Parse("""[{"url":"urn:unknown","valueBoolean":true}]"""),
        (json, _) => json["dateTime"] = "2027-01-01",
        (json, _) => json["provision"]!.AsObject().Remove("type"),
        (json, _) => json["provision"]!["actor"]![0]!["reference"] = JsonNode.Parse("""{"display":"everybody"}"""),
        (json, _) => json["provision"]!["action"] = JsonNode.Parse("""[{"text":"anything"}]"""),
        (json, _) => json["provision"]!["purpose"] = JsonNode.Parse("""[{"system":"urn:unknown","code":"x"}]"""),
        (json, _) => json["provision"]!["securityLabel"] = JsonNode.Parse("""[{"system":"urn:unknown","code":"x"}]"""),
        (json, _) => json["provision"]!["class"] = JsonNode.Parse("""[{"code":"x"}]"""),
        (json, _) => json["provision"]!["dataPeriod"] = JsonNode.Parse("""{"start":"2020"}"""),
        (json, _) => json["provision"]!["period"] = JsonNode.Parse("""{"end":"2027-01-01"}"""),
    ];

    private async Task UnchangedAsync(string writer, IEnumerable<string> instruments, IReadOnlyList<string> records)
    {
        await Server.ImportAsync(
            Hospital,
            Fixtures.Agreement("family-services", "intermediate", ["COC"], grantor: Hospital)
                .Replace("mou-", "of-", StringComparison.Ordinal),
            Fixtures.Agreement(Custodian, "intermediate", ["TREAT"], grantor: Hospital).Replace("mou-", "of-", StringComparison.Ordinal),
            Fixtures.Patient("hp"),
            Fixtures.Consent("hc", "p1", "family-services", purpose: "COC", controller: Hospital),
            Fixtures.Condition("hd", "p1"));
        var before = await SeenAsync(records);
        Assert.All(records, record => Assert.Contains($"{record} 200", before, StringComparison.Ordinal));
        foreach (var (number, instrument) in instruments.Index())
        {
            // One after the other, and none is taken back: if none of them changes anything, neither do all of them together.
            Server.Clock.Advance(TimeSpan.FromSeconds(1));
            await Server.ImportAsync(writer, instrument.Replace("\"id\":\"x\"", $"\"id\":\"x{number}\"", StringComparison.Ordinal));

            Assert.True(before == await SeenAsync(records), instrument);
        }
    }

    private async Task<string> SeenAsync(IReadOnlyList<string> records)
    {
        var text = new StringBuilder();
        foreach (var caller in Callers)
        {
            using var client = Server.As(caller);
            foreach (var record in records)
            {
                using var response = await client.GetAsync(record);
                text.AppendLine(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{caller.Name} {record} {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
        }

        return text.ToString();
    }
}
