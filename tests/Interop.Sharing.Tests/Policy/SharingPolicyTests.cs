using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Schema;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Policy;

/// <summary>The tables are checked against R4 when they are loaded, and every problem is told.</summary>
public sealed class SharingPolicyTests
{
    [Fact]
    public void The_policy_that_is_compiled_in_has_no_problems_and_a_rule_for_every_type()
    {
        var policy = SharingPolicy.Default;

        Assert.All(FhirFacts.R4.ResourceTypes, type => Assert.NotNull(policy.Tiers.Find(type)));
        Assert.Equal(146, FhirFacts.R4.ResourceTypes.Count);
    }

    [Fact]
    public void A_type_without_a_rule_is_a_problem() => Problem("no rule for Slot", tiers => tiers.Remove("Slot"));

    [Fact]
    public void A_type_that_R4_lacks_is_a_problem() => Problem("no resource type Encunter",
        tiers => tiers["Encunter"] = Rule("{'kind':'own'}"));

    [Fact]
    public void An_element_that_R4_lacks_is_a_problem() =>
        Problem("R4 has no element Flag.colour", tiers => tiers["Flag"]!["intermediate"]!.AsArray().Add("colour"));

    [Fact]
    public void A_nested_element_that_R4_lacks_is_a_problem() =>
        Problem("R4 has no element Patient.contact.shoe", tiers => tiers["Patient"]!["intermediate"]!.AsArray().Add("contact.shoe"));

    [Fact]
    public void A_condition_on_an_element_that_R4_lacks_is_a_problem() => Problem(
        "R4 has no element Patient.photo.shape",
            tiers => tiers["Patient"]!["basic"]!.AsArray().Add(Rule("{'path':'photo','where':{'shape':['round']}}")));

    [Fact]
    public void A_condition_on_a_code_that_R4_lacks_is_a_problem() => Problem(
        "Patient.telecom.system cannot be pigeon",
            tiers => tiers["Patient"]!["intermediate"]!.AsArray().Add(Rule("{'path':'telecom','where':{'system':['pigeon']}}")));

    [Fact]
    public void A_view_without_a_mandatory_element_is_a_problem() =>
        Problem("Condition.subject is mandatory and is not listed", tiers => Without(tiers, "Condition", "intermediate", "subject"));

    [Fact]
    public void A_view_without_a_modifier_element_is_a_problem() =>
        Problem("Patient.deceasedBoolean is a modifier and is not listed", tiers => Without(tiers, "Patient", "basic", "deceased[x]"));

    [Fact]
    public void A_subject_that_is_no_reference_is_a_problem() =>
        Problem("Flag.status is no reference", tiers => tiers["Flag"]!["subjects"]!.AsArray().Add("status"));

    [Fact]
    public void A_member_that_the_loader_does_not_know_is_a_problem() => Problem("unknown member fulll",
        tiers => tiers["Flag"]!["fulll"] = "all");

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var thrown = Assert.Throws<PolicyException>(() => Load(tiers =>
        {
            tiers.Remove("Slot");
            tiers.Remove("Account");
            tiers["Flag"]!["intermediate"]!.AsArray().Add("colour");
        }));

        Assert.Equal(3, thrown.Problems.Count);
    }

    [Fact]
    public void A_label_that_does_not_exist_is_a_problem()
    {
        var labels = Encoding.UTF8.GetString(Read("labels")).Replace("\"OPIOIDUD\"", "\"OPIUMUD\"", StringComparison.Ordinal);
        var thrown = Assert.Throws<PolicyException>(
            () => SharingPolicy.Load(Read("tiers"), Encoding.UTF8.GetBytes(labels), Read("roles"), Read("minors")));

        Assert.Contains(thrown.Problems, problem => problem.Contains("OPIUMUD is not a label", StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_that_are_no_JSON_are_a_problem() =>
        Assert.Throws<PolicyException>(() => SharingPolicy.Load("{"u8.ToArray(), Read("labels"), Read("roles"), Read("minors")));

    [Theory]
    [InlineData("navigator", Tier.Own, Labels.Part2, true)]
    [InlineData("navigator", Tier.Own, Labels.PsyThpN, false)]
    [InlineData("clinician", Tier.Own, Labels.SudNote, false)]
    [InlineData("navigator", Tier.Own, Labels.Draft | Labels.Prediction, true)]
    [InlineData("clinician", Tier.Own, Labels.Draft, false)]
    [InlineData("clinician", Tier.Own, Labels.Prediction, true)]
    [InlineData("individual", Tier.Own, Labels.Draft, false)]
    [InlineData("individual", Tier.Own, Labels.Prediction, true)]
    [InlineData("representative", Tier.Own, Labels.Draft, false)]
    [InlineData("dispatcher", Tier.Basic, Labels.Prediction, false)]
    [InlineData("dispatcher", Tier.Basic, Labels.Draft, false)]
    [InlineData("privacy-officer", Tier.Own, Labels.All, true)]
    [InlineData("dispatcher", Tier.Basic, Labels.None, true)]
    [InlineData("dispatcher", Tier.Basic, Labels.Hiv, false)]
    [InlineData("evaluator", Tier.None, Labels.None, true)]
    [InlineData("agency-administrator", Tier.None, Labels.None, true)]
    [InlineData("officer", Tier.None, Labels.None, true)]
    [InlineData("wizard", Tier.None, Labels.None, true)]
    public void A_role_decides_what_its_own_organisation_shows_it(string role, Tier tier, long labels, bool cleared)
    {
        var sight = SharingPolicy.Default.SightOf("crisis", null, [], [role], 1, true, false, null);

        Assert.Equal(tier, sight.OwnTier);
        Assert.Equal(cleared, (labels & ~sight.OwnCleared) == 0);
    }

    [Fact]
    public void Purposes_of_summaries_are_left_out_of_ordinary_sights()
    {
        string[] purposes = ["OVRPS", "TREAT"];

        Assert.Equal(["TREAT"], SharingPolicy.Default.SightOf("police", null, purposes, [], 1, false, true, null).Purposes);
        Assert.Equal(purposes, SharingPolicy.Default.SightOf("police", null, purposes, [], 1, false, true, null,
            forSummary: true).Purposes);
        Assert.Equal(["OVRPS"], SharingPolicy.SummaryPurposes);
    }

    [Fact]
    public void The_directory_is_for_custodians_and_those_with_an_agreement()
    {
        Assert.False(SharingPolicy.Default.SightOf("x", null, [], [], 1, false, false, null).Directory);
        Assert.True(SharingPolicy.Default.SightOf("x", null, [], [], 1, false, true, null).Directory);
        Assert.True(SharingPolicy.Default.SightOf("x", null, [], [], 1, true, false, null).Directory);
        Assert.Equal(Tier.None, SharingPolicy.Default.SightOf("x", null, [], ["clinician"], 1, false, true, null).OwnTier);
    }

    private static void Problem(string expected, Action<JsonObject> change)
    {
        var thrown = Assert.Throws<PolicyException>(() => Load(change));

        Assert.Contains(thrown.Problems, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    private static void Load(Action<JsonObject> change)
    {
        var tiers = JsonNode.Parse(Read("tiers"))!;
        change(tiers["types"]!.AsObject());
        SharingPolicy.Load(Encoding.UTF8.GetBytes(tiers.ToJsonString()), Read("labels"), Read("roles"), Read("minors"));
    }

    private static void Without(JsonObject tiers, string type, string tier, string element)
    {
        var list = tiers[type]![tier]!.AsArray();
        list.Remove(list.First(item => item is JsonValue value && value.GetValue<string>() == element));
    }

    private static JsonNode Rule(string json) => JsonNode.Parse(json.Replace('\'', '"'))!;

    private static byte[] Read(string table) => File.ReadAllBytes(Path.Combine(Repository.Root, "profiles", "sharing", table + ".json"));
}
