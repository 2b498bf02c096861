using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

public sealed class GrantCompilerTests
{
    [Fact]
    public void A_patient_who_said_nothing_has_no_rows_and_the_agreement_one_default_per_purpose()
    {
        var patient = Patient([Agreement(cleared: Labels.Psy | Labels.PsyThpN | Labels.Part2, from: 5, to: 9)], [], [Case()]);

        Assert.Empty(GrantCompiler.Compile(patient));
        Assert.Equal(
            [
                new GrantRow(null, Source, Hospital, null, "TREAT", Tier.Basic, Labels.Psy, 5, 9, "Contract/with-hospital"),
                new GrantRow(null, Source, Hospital, null, "COC", Tier.Basic, Labels.Psy, 5, 9, "Contract/with-hospital"),
            ],
            GrantCompiler.Defaults(patient.Partners).Where(row => row.Tier > Tier.None));
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
