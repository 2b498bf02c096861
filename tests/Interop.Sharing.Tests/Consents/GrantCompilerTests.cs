using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

public sealed class GrantCompilerTests
{
    private const string Basic = " CarePlan Encounter Flag Observation Patient QuestionnaireResponse RiskAssessment ServiceRequest ";
    private const string OfACase = " CarePlan Observation QuestionnaireResponse RiskAssessment ServiceRequest ";
    private const string OfARisk = " CarePlan Observation QuestionnaireResponse RiskAssessment ";

    [Fact]
    public void A_patient_who_said_nothing_has_no_rows_and_the_agreement_one_default_per_purpose()
    {
        var patient = Patient([Agreement(cleared: Labels.Psy | Labels.PsyThpN | Labels.Part2, from: 5, to: 9)]);
        var closed = new ClosedTypes(OfACase, Basic);

        Assert.Empty(GrantCompiler.Compile(patient));
        Assert.Equal(
            [
                Row("TREAT") with { Closed = closed },
                Row("COC") with { Closed = closed },
            ],
            GrantCompiler.Defaults(patient.Partners).Where(row => row.Tier > Tier.None));

        static GrantRow Row(string purpose) =>
            new(null, Source, Hospital, null, purpose, Tier.Basic, Labels.Psy, 5, 9, "Contract/with-hospital");
    }

    [Fact]
    public void A_referral_opens_what_names_the_person_and_a_case_the_risk_as_well_while_it_is_open()
    {
        var patient = Patient(
            [Agreement(purposes: ["TREAT"], cleared: 0, from: 0, to: 100)],
            [],
            [Case(from: 20, to: 30, isReferral: true), Case(from: 25, to: 40)]);

        Assert.Equal(
            [
                (0, 20, new ClosedTypes(OfACase, Basic)), (20, 25, new ClosedTypes(OfARisk, OfARisk)), (25, 40, ClosedTypes.None),
                (40, 100, new ClosedTypes(OfACase, Basic)),
            ],
            GrantCompiler.Compile(patient).OrderBy(row => row.From).Select(row => ((int)row.From, (int)row.To, row.Closed)));
    }

    [Theory]
    [InlineData(Openness.Listed, OfACase, " CarePlan Encounter Flag Observation QuestionnaireResponse RiskAssessment ServiceRequest ")]
    [InlineData(Openness.Named, OfACase, Basic)]
    [InlineData(Openness.Closed, " CarePlan Observation Patient QuestionnaireResponse RiskAssessment ServiceRequest ", Basic)]
    public void An_agreement_may_open_a_type_further_or_close_it(Openness opens, string toNaming, string toListing)
    {
        var agreement = Agreement(purposes: ["TREAT"]) with
        {
            Opens = new Dictionary<string, Openness> { ["Patient"] = opens },
        };

        var row = Assert.Single(GrantCompiler.Defaults(Patient([agreement]).Partners), row => row.Tier > Tier.None);

        Assert.Equal(new ClosedTypes(toNaming, toListing), row.Closed);
    }

    [Fact]
    public void Full_holds_for_the_time_of_the_case_and_intermediate_around_it()
    {
        var patient = Patient([Agreement(purposes: ["TREAT"], cleared: 0, from: 0, to: 100)], [Given(Permit(Tier.Full))],
            [Case(from: 20, to: 30)]);

        Assert.Equal(
            [(Tier.Intermediate, 0L, 20L), (Tier.Full, 20L, 30L), (Tier.Intermediate, 30L, 100L)],
            GrantCompiler.Compile(patient).OrderBy(row => row.From).Select(row => (row.Tier, row.From, row.To)));
    }

    [Fact]
    public void A_denial_of_everything_is_a_row_that_gives_nothing()
    {
        var row = Assert.Single(GrantCompiler.Compile(Patient([Agreement()], [Given(Deny())])));

        Assert.Equal((Tier.None, long.MinValue, long.MaxValue, "Consent/c"), (row.Tier, row.From, row.To, row.Basis));
    }

    [Fact]
    public void A_consent_that_changes_nothing_for_a_pair_makes_no_rows_for_it()
    {
        var patient = Patient([Agreement(), Agreement(Social), Agreement(Police, purposes: ["TREAT"])], [Given(Permit())]);

        Assert.All(GrantCompiler.Compile(patient), row => Assert.Equal(Hospital, row.Grantee));
    }

    [Fact]
    public void A_row_names_the_agreement_and_the_consent_that_it_rests_on() => Assert.Contains(
        GrantCompiler.Compile(Patient([Agreement()], [Given(Permit(), "mine")])),
            row => row.Basis == "Contract/with-hospital Consent/mine/_history/1#provision");

    [Fact]
    public void An_agreement_that_is_not_in_force_has_no_rows() =>
        Assert.Empty(GrantCompiler.Defaults(Patient([Agreement() with { Gaps = ["x"] }]).Partners));
}
