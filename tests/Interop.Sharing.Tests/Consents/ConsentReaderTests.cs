using System.Text;
using System.Text.Json.Nodes;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Consents;

/// <summary>What is read of a Consent, and every way in which one cannot be evaluated.</summary>
public sealed class ConsentReaderTests
{
    private const string Valid =
        """
        {"resourceType":"Consent","id":"c","status":"active",
        "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IDSCL"}]}],
        "patient":{"reference":"Patient/p"},"dateTime":"2026-01-02T10:00:00Z","performer":[{"reference":"Patient/p"}],
        "organization":[{"reference":"Organization/recovery"}],
        "policy":[{"uri":"https://interop.example/fhir/policy/part2-consent"}],
        "verification":[{"verified":true}],
        "provision":{"type":"permit","period":{"start":"2026-01-02T10:00:00Z","end":"2027-01-02T10:00:00Z"},
        "actor":[{"role":{"coding":[{"code":"IRCP"}]},"reference":{"reference":"Organization/hospital"}}],
        "action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"disclose"}]}],
        "securityLabel":[{"system":"https://interop.example/fhir/CodeSystem/sharing-tier","code":"full"},
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"},
        {"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],
        "purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],
        "provision":[{"type":"deny","securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}]}}
        """;

    [Fact]
    public void A_consent_of_the_profile_is_read_whole()
    {
        var consent = Read(_ => { });

        Assert.Empty(consent.Indeterminate);
        Assert.Empty(consent.Part2Defects);
        Assert.Equal(ConsentState.Active, consent.State);
        Assert.Equal("p", consent.Patient);
        Assert.Equal(["recovery"], consent.Controllers);
        Assert.True(consent.Root.Permit);
        Assert.Equal(["hospital"], consent.Root.Actors);
        Assert.Equal(["TREAT"], consent.Root.Purposes);
        Assert.Equal(Tier.Full, consent.Root.Tier);
        Assert.Equal(Labels.Sud, consent.Root.Labels);
        Assert.Equal(5, consent.Root.Confidentiality);
        Assert.Equal(1_767_348_000_000_000, consent.Root.From);
        Assert.Equal(Labels.Hiv, Assert.Single(consent.Root.Children).Labels);
    }

    [Theory]
    [InlineData("active", ConsentState.Active)]
    [InlineData("inactive", ConsentState.Ended)]
    [InlineData("draft", ConsentState.NotInEffect)]
    [InlineData("proposed", ConsentState.NotInEffect)]
    [InlineData("rejected", ConsentState.NotInEffect)]
    [InlineData("entered-in-error", ConsentState.NotInEffect)]
    public void The_status_says_whether_it_counts(string status, ConsentState expected) =>
        Assert.Equal(expected, Read(consent => consent["status"] = status).State);

    [Theory]
    [InlineData("status", "status", "'maybe'")]
    [InlineData("scope", "scope", "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentscope','code':'research'}]}")]
    [InlineData("category", "category", "[{'text':'something'}]")]
    [InlineData("patient", "patient", "{'reference':'https://elsewhere.example/fhir/Patient/p'}")]
    [InlineData("organization", "organization", "[{'display':'The clinic'}]")]
    [InlineData("dateTime", "dateTime", "'yesterday'")]
    [InlineData("policy", "policy.uri", "[{'uri':'https://elsewhere.example/policy'}]")]
    [InlineData("policyRule", "policyRule", "{'coding':[{'code':'OPTIN'}]}")]
    [InlineData("verification", "verification", "[{'verified':false}]")]
    [InlineData("modifierExtension", "modifierExtension", "[{'url':'u','valueBoolean':true}]")]
    [InlineData("implicitRules", "implicitRules", "'https://elsewhere.example/rules'")]
    [InlineData("provision.type", "provision.type", "'perhaps'")]
    [InlineData("provision.period", "provision.period", "{'start':'2027-01-01','end':'2026-01-01'}")]
    [InlineData("provision.actor", "provision.actor", "[{'reference':{'reference':'Practitioner/x'}}]")]
    [InlineData("provision.action", "provision.action",
        "[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentaction','code':'dance'}]}]")]
    [InlineData("provision.securityLabel", "provision.securityLabel",
        "[{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'NEW'}]")]
    [InlineData("provision.purpose", "provision.purpose", "[{'system':'http://terminology.hl7.org/CodeSystem/v3-ActReason','code':'NEW'}]")]
    [InlineData("provision.class", "provision.class", "[{'code':'Observation'}]")]
    [InlineData("provision.code", "provision.code", "[{'text':'x'}]")]
    [InlineData("provision.dataPeriod", "provision.dataPeriod", "{'start':'2026'}")]
    [InlineData("provision.data", "provision.data", "[{'meaning':'instance','reference':{'reference':'Condition/x'}}]")]
    [InlineData("provision.modifierExtension", "provision.modifierExtension", "[{'url':'u','valueBoolean':true}]")]
    public void What_is_not_evaluated_makes_it_indeterminate_and_is_named(string path, string element, string value)
    {
        var consent = Read(root =>
        {
            var parts = path.Split('.');
            var target = parts.Length == 2 ? root["provision"]! : root;
            target[parts[^1]] = JsonNode.Parse(value.Replace('\'', '"'));
        });

        Assert.Equal([element], consent.Indeterminate);
    }

    [Theory]
    [InlineData("class")]
    [InlineData("dataPeriod")]
    [InlineData("data")]
    public void What_is_not_evaluated_in_a_nested_provision_counts_as_well(string name)
    {
        var consent = Read(root => root["provision"]!["provision"]![0]![name] = "x");

        Assert.Equal([$"provision.provision.{name}"], consent.Indeterminate);
    }

    [Fact]
    public void A_consent_without_a_provision_or_a_controller_is_indeterminate()
    {
        Assert.Equal(["provision"], Read(root => root.Remove("provision")).Indeterminate);
        Assert.Equal(["organization"], Read(root => root.Remove("organization")).Indeterminate);
    }

    [Theory]
    [InlineData("2.31(a)(1)", "patient")]
    [InlineData("2.31(a)(2)", "organization")]
    [InlineData("2.31(a)(3)", "provision.securityLabel")]
    [InlineData("2.31(a)(4)", "provision.actor")]
    [InlineData("2.31(a)(5)", "provision.purpose")]
    [InlineData("2.31(a)(6)", "policy")]
    [InlineData("2.31(a)(7)", "provision.period")]
    [InlineData("2.31(a)(8)", "verification")]
    [InlineData("2.31(a)(8): nobody", "performer")]
    [InlineData("2.31(a)(9)", "dateTime")]
    public void Each_element_of_a_part_2_consent_that_is_missing_is_one_reason_and_a_denial(string reason, string path)
    {
        var consent = Read(root =>
        {
            var parts = path.Split('.');
            (parts.Length == 2 ? root["provision"]!.AsObject() : root).Remove(parts[^1]);
        });

        Assert.StartsWith(reason, Assert.Single(consent.Part2Defects), StringComparison.Ordinal);
        Assert.Equal(Tier.Intermediate, Of(Read(_ => { })));
        Assert.Equal(Tier.None, Of(consent));
    }

    [Fact]
    public void A_date_without_a_zone_is_read_so_that_it_gives_the_least()
    {
        var consent = Read(root => root["provision"]!["period"] = JsonNode.Parse("""{"start":"2026-01-02","end":"2026-12-31"}"""));

        Assert.Equal(new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero), Time(consent.Root.From));
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 10, 0, 0, TimeSpan.Zero), Time(consent.Root.To));
    }

    [Fact]
    public void The_example_that_outsiders_are_shown_is_evaluated()
    {
        var folder = Path.Combine(Repository.Root, "profiles", "crisis", "examples");
        var consent = ConsentReader.Read(File.ReadAllBytes(Path.Combine(folder, "Consent-intermediate.json")), "x", "crisis", 1, 0);
        var agreement = AgreementReader.Read(File.ReadAllBytes(Path.Combine(folder, "Contract-hospital-agreement.json")), "x");

        Assert.Empty(consent.Indeterminate);
        Assert.Equal(Tier.Intermediate, consent.Root.Tier);
        Assert.Empty(agreement!.Problems);
    }

    // What the hospital sees of a Part 2 record of the recovery programme.
    private static Tier Of(ConsentFacts consent)
    {
        var organizations = new Dictionary<string, OrganizationFacts>(StringComparer.Ordinal)
        {
            ["hospital"] = new("hospital", true, AgencyType.Hospital, false, true, false),
        };
        var agreement =
            new Agreement("a", "recovery", "hospital", Tier.Full, Labels.All, ["TREAT"], 0, long.MaxValue, null, [], "executed", false, []);
        var sight = new Sight("hospital", null, ["TREAT"], 1_780_000_000_000_000, Tier.None, 0, true, null);
        return Decider.Decide(
            sight,
            new("p", [consent], [], new([agreement], organizations)),
            new("Condition", "recovery", Labels.Part2 | Labels.OpioidUd, new(2, 2),
                false, false)).Tier;
    }

    private static ConsentFacts Read(Action<JsonObject> change)
    {
        var root = JsonNode.Parse(Valid)!.AsObject();
        change(root);
        return ConsentReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString()), "c", "recovery", 1, 0);
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * 10);
}
