using System.Text;
using System.Text.Json.Nodes;
using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Consents;

/// <summary>What is read of an agreement, and every reason for which one is not in force.</summary>
public sealed class AgreementReaderTests
{
    private static readonly string[] Terms = ["response-protocol", "information-sharing", "liability", "funding", "metrics"];

    [Fact]
    public void A_complete_agreement_is_in_force_in_its_period()
    {
        var agreement = Read(_ => { });

        Assert.Empty(agreement.Problems);
        Assert.Equal(("crisis", "hospital", Tier.Full), (agreement.Grantor, agreement.Grantee, agreement.Ceiling));
        Assert.Equal(["TREAT"], agreement.Purposes);
        Assert.Equal(Labels.Part2 | Labels.Sud | Labels.Eth | Labels.EthUd | Labels.OpioidUd, agreement.Cleared);
        Assert.False(agreement.InForceAt(agreement.From - 1));
        Assert.True(agreement.InForceAt(agreement.From));
        Assert.True(agreement.InForceAt(agreement.To - 1));
        Assert.False(agreement.InForceAt(agreement.To));
    }

    [Fact]
    public void A_contract_of_another_profile_is_none()
    {
        Assert.Null(AgreementReader.Read("{\"resourceType\":\"Contract\",\"id\":\"x\"}"u8.ToArray(), "x"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Without_one_of_the_five_subjects_it_is_not_in_force(int term)
    {
        Assert.Contains(Read(root => root["term"]!.AsArray().RemoveAt(term)).Problems, problem => problem.Contains(Terms[term],
            StringComparison.Ordinal));
        Assert.Contains(
            Read(root => root["term"]![term]!["offer"]!["text"] = " ").Problems, problem => problem.Contains(Terms[term],
                StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("status is not executed or amended", "status", "'negotiable'")]
    [InlineData("applies", "applies", "{'start':'2026-01-01'}")]
    [InlineData("applies", "applies", "{'start':'2026-01-01','end':'soon'}")]
    [InlineData("review date", "extension", "[]")]
    [InlineData("modifier", "modifierExtension", "[{'url':'u'}]")]
    [InlineData(
        "suspended",
        "modifierExtension",
        "[{'url':'https://interop.example/fhir/StructureDefinition/agreement-suspension','valueString':'x'}]")]
    [InlineData("grantee", "term.1.offer.party.1.reference", "[{'reference':'Practitioner/x'}]")]
    [InlineData("same", "term.1.offer.party.1.reference", "[{'reference':'Organization/crisis'}]")]
    [InlineData("tier ceiling", "term.1.securityLabel.0.classification.code", "'everything'")]
    [InlineData("label is not known", "term.1.securityLabel.0.category.0.code", "'NEW'")]
    [InlineData("no purpose", "term.1.action.0.status",
        "{'coding':[{'system':'https://interop.example/fhir/CodeSystem/agreement-action-status','code':'suspended'}]}")]
    [InlineData("purpose is not known", "term.1.action.0.intent.coding.0.code", "'TREATT'")]
    [InlineData("no purpose", "term.1.action.0.doNotPerform", "true")]
    public void What_is_missing_or_unknown_keeps_it_out_of_force_and_is_named(string problem, string path, string value)
    {
        var agreement = Read(root =>
        {
            var parts = path.Split('.');
            var target = parts[..^1].Aggregate((JsonNode)root, (node, part) => int.TryParse(part,
                out var index) ? node[index]! : node[part]!);
            target[parts[^1]] = JsonNode.Parse(value.Replace('\'', '"'));
        });

        Assert.Contains(agreement.Problems, found => found.Contains(problem, StringComparison.Ordinal));
        Assert.False(agreement.InForceAt(agreement.From));
    }

    [Theory]
    [InlineData("hospital", AgencyType.Hospital)]
    [InlineData("social-services", AgencyType.SocialServices)]
    [InlineData("bakery", AgencyType.Unknown)]
    public void An_organisation_is_of_the_type_that_it_says(string code, AgencyType expected)
    {
        var body =
            $"{{\"resourceType\":\"Organization\",\"type\":[{{\"coding\":[{{\"system\":\"{OrganizationReader.AgencyTypes}\","
                + $"\"code\":\"{code}\"}}]}}],"
                + "\"extension\":[{\"url\":\"https://interop.example/fhir/StructureDefinition/organization-part2-program\","
                + "\"valueBoolean\":true}]}";
        var facts = OrganizationReader.Read(Encoding.UTF8.GetBytes(body), "x");

        Assert.Equal((expected, true, false), (facts.Type, facts.Part2Program, facts.CoveredEntity));
    }

    [Theory]
    [InlineData("Patient=all", "Patient=Listed")]
    [InlineData("Patient=who-names RiskAssessment=who-names", "Patient=Named RiskAssessment=Named")]
    [InlineData("Flag=nobody Flag=all", "Flag=Closed")]
    [InlineData("Flag=all Flag=nobody", "Flag=Closed")]
    public void It_may_open_a_type_that_is_basic_further_or_close_it(string says, string opens) =>
        Assert.Equal(opens, string.Join(' ', Read(root => Open(root, says)).Opens.Select(pair => $"{pair.Key}={pair.Value}").Order()));

    [Theory]
    [InlineData("Condition=all")]
    [InlineData("Task=all")]
    [InlineData("Patients=all")]
    [InlineData("Patient=everybody")]
    [InlineData("Patient=")]
    [InlineData("=all")]
    public void An_opening_that_is_not_understood_keeps_it_out_of_force(string says) =>
        Assert.Contains(Read(root => Open(root, says)).Problems, problem => problem.Contains("opening", StringComparison.Ordinal));

    private static void Open(JsonObject root, string says)
    {
        foreach (var opening in says.Split(' '))
        {
            var parts = opening.Split('=');
            root["extension"]!.AsArray().Add(JsonNode.Parse($$"""
                {"url":"https://interop.example/fhir/StructureDefinition/agreement-opening","extension":[
                {"url":"type","valueCode":"{{parts[0]}}"},{"url":"to","valueCode":"{{parts[1]}}"}]}
                """));
        }
    }

    private static Agreement Read(Action<JsonObject> change)
    {
        var root = Contract();
        change(root);
        return AgreementReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString()), "a")!;
    }

    private static JsonObject Contract()
    {
        const string Base = "https://interop.example/fhir/CodeSystem/";
        var root = JsonNode.Parse(
            "{'resourceType':'Contract','id':'a','meta':{'profile':['https://interop.example/fhir/StructureDefinition/sharing-agreement']},"
            .Replace('\'', '"')
            + "\"extension\":[{\"url\":\"https://interop.example/fhir/StructureDefinition/agreement-review\","
            + "\"valueDate\":\"2026-12-01\"}],"
            + "\"status\":\"executed\",\"applies\":{\"start\":\"2026-01-01\",\"end\":\"2026-12-31\"},\"term\":[]}")!.AsObject();
        foreach (var term in Terms)
        {
            root["term"]!.AsArray()
                .Add(
                    JsonNode.Parse(
                        $$$"""{"type":{"coding":[{"system":"{{{Base}}}agreement-term","code":"{{{term}}}"}]},"offer":"""
                            + """{"text":"As agreed."}}"""));
        }

        var sharing = root["term"]![1]!;
        sharing["offer"]!["party"] = JsonNode.Parse(
            $$$"""
            [{"role":{"coding":[{"system":"{{{Base}}}agreement-role","code":"grantor"}]},"reference":[{"reference":"Organization/crisis"}]},
            {"role":{"coding":[{"system":"{{{Base}}}agreement-role","code":"grantee"}]},"reference":[
            {"reference":"Organization/hospital"}]}]
            """);
        sharing["securityLabel"] = JsonNode.Parse(
            $$$"""
            [{"classification":{"system":"{{{Base}}}sharing-tier","code":"full"},
            "category":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SUD"},
            {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"42CFRPart2"}]}]
            """);
        sharing["action"] = JsonNode.Parse(
            $$$"""
            [{"type":{"coding":[{"system":"{{{Base}}}agreement-action","code":"disclose"}]},
            "intent":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]},
            "status":{"coding":[{"system":"{{{Base}}}agreement-action-status","code":"active"}]}}]
            """);
        return root;
    }
}
