using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

/// <summary>One row per rule of the decision, and one per way in which it can be unknown.</summary>
public sealed class DeciderTests
{
    [Fact]
    public void Without_an_agreement_nothing_is_seen_even_with_consent()
    {
        Assert.Equal(Tier.None, TierOf(Patient([], [Given(Permit())])));
    }

    [Fact]
    public void Without_a_consent_an_agreement_gives_basic_and_no_more_even_in_an_open_case()
    {
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [], [Case()])));
    }

    [Fact]
    public void A_permit_gives_its_tier()
    {
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit())])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(Tier.Basic))])));
    }

    [Fact]
    public void A_permit_that_names_no_tier_gives_intermediate()
    {
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(null))], [Case()])));
    }

    [Fact]
    public void Full_needs_an_open_case_of_the_grantee_at_the_instant()
    {
        var consent = Given(Permit(Tier.Full));

        Assert.Equal(Tier.Full, TierOf(Patient([Agreement()], [consent], [Case()])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [consent])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [consent], [Case(Social)])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [consent], [Case(Hospital, 0, Now)])));
        Assert.Equal(Tier.Full, TierOf(Patient([Agreement()], [consent], [Case(Hospital, Now, Now + 1)])));
    }

    [Fact]
    public void The_agreement_caps_tier_purpose_period_and_labels()
    {
        var consent = Given(Permit(Tier.Full));

        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement(ceiling: Tier.Basic)], [consent], [Case()])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(purposes: ["COC"])], [consent], [Case()])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(from: Now + 1)], [consent], [Case()])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(to: Now)], [consent], [Case()])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(cleared: Labels.Psy)], [consent], [Case()]), Labels.Hiv));
        Assert.Equal(Tier.Full, TierOf(Patient([Agreement(cleared: Labels.Psy)], [consent], [Case()]), Labels.Psy));
    }

    [Fact]
    public void An_agreement_that_has_gaps_rests_or_is_not_executed_is_not_in_force()
    {
        Assert.Equal(Tier.None, TierOf(Patient([Agreement() with { Gaps = ["term liability is missing"] }], [Given(Permit())])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement() with { IsSuspended = true }], [Given(Permit())])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement() with { Status = "terminated" }], [Given(Permit())])));
        Assert.NotEqual(Tier.None, TierOf(Patient([Agreement() with { Status = "amended" }], [Given(Permit())])));
    }

    [Theory]
    [InlineData(Police, "TREAT", Tier.None)]
    [InlineData(Police, "OVRPS", Tier.Basic)]
    [InlineData(Social, "TREAT", Tier.Intermediate)]
    [InlineData(Hospital, "OVRPS", Tier.Basic)]
    [InlineData(Hospital, "TREAT", Tier.Full)]
    [InlineData(Hospital, "HPAYMT", Tier.Full)]
    public void The_law_caps_by_agency_type_and_purpose(string organization, string purpose, Tier expected)
    {
        var patient = Patient(
            [Agreement(organization, purposes: ["TREAT", "OVRPS", "HPAYMT"])], [Given(Permit(Tier.Full, actor: organization))],
                [Case(organization)]);

        Assert.Equal(expected, TierOf(patient, 0, organization, purpose));
    }

    [Fact]
    public void Police_see_nothing_without_a_consent_and_no_part_2_record_with_one()
    {
        var agreement = Agreement(Police, Tier.Basic, Labels.All, ["OVRPS"]);
        var consent = Given(Permit(Tier.Basic, Labels.Sud, Police), part2: true);

        Assert.Equal(Tier.None, TierOf(Patient([agreement]), 0, Police, "OVRPS"));
        Assert.Equal(Tier.None, TierOf(Patient([agreement], [consent]), Labels.Part2, Police, "OVRPS"));
    }

    [Fact]
    public void An_agency_that_is_unknown_inactive_or_of_no_type_sees_nothing()
    {
        var consent = Given(Permit());
        var patient = Patient([Agreement()], [consent]);
        var organizations = new Dictionary<string, OrganizationFacts>(StringComparer.Ordinal);

        Assert.Equal(Tier.None, TierOf(patient with { Partners = new([Agreement()], organizations) }));
        organizations[Hospital] = Organizations[Hospital] with { Active = false };
        Assert.Equal(Tier.None, TierOf(patient with { Partners = new([Agreement()], organizations) }));
        organizations[Hospital] = Organizations[Hospital] with { Type = AgencyType.Unknown };
        Assert.Equal(Tier.None, TierOf(patient with { Partners = new([Agreement()], organizations) }));
    }

    [Fact]
    public void A_deny_overrides_permits_of_other_consents_and_the_default()
    {
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [Given(Permit()), Given(Deny(), "d", policy: "q")])));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [Given(Deny())])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit()), Given(Deny(Tier.Intermediate), "d", policy: "q")])));
    }

    [Fact]
    public void A_deny_of_a_label_removes_what_carries_it_or_something_below_it()
    {
        var patient = Patient([Agreement()], [Given(Permit(children: [Deny(labels: Labels.Bh)]))]);

        Assert.Equal(Tier.Intermediate, TierOf(patient));
        Assert.Equal(Tier.Intermediate, TierOf(patient, Labels.Hiv));
        Assert.Equal(Tier.None, TierOf(patient, Labels.Psy));
        Assert.Equal(Tier.None, TierOf(patient, Labels.OpioidUd));
        Assert.Equal(Tier.None, TierOf(patient, Labels.Hiv | Labels.EthUd));
    }

    [Fact]
    public void A_permit_inside_a_deny_opens_again_only_what_it_names()
    {
        var patient = Patient([Agreement()], [Given(Deny(children: [Permit(Tier.Basic, Labels.Psy)]))]);

        Assert.Equal(Tier.Basic, TierOf(patient, Labels.Psy));
        Assert.Equal(Tier.None, TierOf(patient, Labels.Hiv));
        Assert.Equal(Tier.None, TierOf(patient, Labels.Psy, purpose: "HPAYMT"));
    }

    [Fact]
    public void A_permit_inside_a_permit_extends_it_and_inherits_what_it_does_not_say()
    {
        var patient = Patient([Agreement()], [Given(Permit(Tier.Basic, Labels.Psy, children: [Permit(Tier.Intermediate)]))]);

        Assert.Equal(Tier.Intermediate, TierOf(patient, Labels.Psy));
        Assert.Equal(Tier.Basic, TierOf(patient, Labels.Hiv)); // the agreement's default clears it, at basic
    }

    [Fact]
    public void A_consent_for_another_actor_purpose_or_time_does_not_apply()
    {
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(actor: Social))])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(purposes: ["COC"]))])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit() with { From = Now + 1 })])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit() with { To = Now })])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit() with { Disclosing = false })])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit()) with { Controllers = ["other"] }])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit()) with { Patient = "someone-else" }])));
    }

    [Fact]
    public void Treatment_covers_coordination_of_care_and_not_the_other_way_round()
    {
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(purposes: ["TREAT"]))]), purpose: "COC"));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(purposes: ["COC"]))]), purpose: "TREAT"));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(purposes: ["BTG"])], [Given(Permit(purposes: ["TREAT"]))]), purpose: "BTG"));
    }

    [Fact]
    public void Revocation_gives_back_the_default_and_brings_no_older_consent_back()
    {
        var older = Given(Permit(), "old", given: 1);

        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [older with { State = ConsentState.Ended }])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [older, Given(Permit(), "new", ConsentState.Ended, 2)])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [older, Given(Permit(), "never", ConsentState.NotInEffect, 2)])));
    }

    [Fact]
    public void The_newest_consent_of_a_group_replaces_the_others_once_it_has_begun()
    {
        var older = Given(Permit(), "old", given: 1);

        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [older, Given(Deny(), "new", given: 2)])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Deny(), "older", given: 0), older])));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [older, Given(Deny() with { From = Now + 1 }, "new", given: 2)])));
    }

    [Fact]
    public void An_indeterminate_consent_denies_those_it_names_and_everybody_when_it_names_nobody()
    {
        var named = Given(Permit(), indeterminate: ["provision.class"]);
        var unnamed = Given(Permit() with { Actors = [] }, indeterminate: ["provision.actor"]);

        Assert.Equal(Tier.None, TierOf(Patient([Agreement(), Agreement(Social)], [named])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement(), Agreement(Social)], [named]), 0, Social));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(), Agreement(Social)], [unnamed]), 0, Social));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [named with { Controllers = [], Indeterminate = ["organization"] }])));
    }

    [Fact]
    public void The_reason_names_the_element_that_made_a_consent_indeterminate()
    {
        var decision = Decider.Decide(
            Sight(), Patient([Agreement()], [Given(Permit(), indeterminate: ["provision.dataPeriod"])]), Resource(), explain: true);

        Assert.Contains(decision.Reasons,
            reason => reason.Rule == "consent-indeterminate"
                && reason.Basis == "Consent/c"
                && reason.Effect.Contains("provision.dataPeriod", StringComparison.Ordinal));
    }

    [Fact]
    public void Part_2_records_need_a_valid_part_2_consent_that_speaks_of_substance_use()
    {
        const long Record = Labels.Part2 | Labels.OpioidUd;

        Assert.Equal(Tier.None, TierOf(Patient([Agreement()]), Record));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [Given(Permit(), part2: true)]), Record));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 5), part2: true)]), Record));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [Given(Permit(labels: Labels.Sud))]), Record));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(labels: Labels.Sud), part2: true)]), Record));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(cleared: Labels.Sud)], [Given(Permit(labels: Labels.Sud), part2: true)]),
            Record));
    }

    [Fact]
    public void A_consented_part_2_disclosure_owes_the_notice_and_the_consent()
    {
        var decision = Decider.Decide(
            Sight(), Patient([Agreement()], [Given(Permit(labels: Labels.Sud), part2: true)]), Resource(Labels.Part2 | Labels.Sud));

        Assert.Equal(["AUDIT", "P2-NOTICE(2.32a)", "P2-CONSENT-COPY(2.32b)", "NO-PROCEEDINGS-USE"], decision.Obligations);
    }

    [Theory]
    [InlineData(Labels.PsyThpN)]
    [InlineData(Labels.SudNote)]
    public void Notes_of_therapy_and_counselling_need_a_permit_that_names_nothing_else(long note)
    {
        var agreement = Agreement(cleared: Labels.All);

        Assert.Equal(Tier.None, TierOf(Patient([agreement]), note));
        Assert.Equal(Tier.None, TierOf(Patient([agreement], [Given(Permit(labels: Labels.Bh), part2: true)]), note));
        Assert.Equal(Tier.None, TierOf(Patient([agreement], [Given(Permit(labels: note | Labels.Psy), part2: true)]), note));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([agreement], [Given(Permit(labels: note), part2: true)]), note));
    }

    [Fact]
    public void A_label_that_nobody_knows_is_cleared_for_nobody()
    {
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(cleared: Labels.All)], [Given(Permit(confidentiality: 6))]), Labels.Unknown));
    }

    [Fact]
    public void Unlabelled_text_counts_as_very_restricted_and_needs_a_permit_that_says_so()
    {
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit())]), Labels.VeryRestricted)); // by the agreement
        Assert.Equal(Tier.None, TierOf(Patient([Agreement(cleared: Labels.Psy)], [Given(Permit())]), Labels.VeryRestricted));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 6))]), Labels.VeryRestricted));
    }

    [Fact]
    public void A_permit_of_normal_data_clears_no_sensitivity_and_one_of_restricted_data_clears_them()
    {
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 4))])));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 4))]), Labels.EthUd));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 5))]), Labels.EthUd));
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(confidentiality: 5))]),
            Labels.EthUd | Labels.Restricted));
    }

    [Theory]
    [InlineData(5, Labels.Psy, Labels.Psy, true)]
    [InlineData(5, Labels.Psy, Labels.Restricted, true)]
    [InlineData(5, Labels.Psy, Labels.Psy | Labels.Restricted, true)]
    [InlineData(5, Labels.Psy, Labels.Hiv, false)]
    [InlineData(5, Labels.Psy, Labels.Psy | Labels.Hiv, false)]
    [InlineData(5, Labels.Eth, Labels.EthUd, true)]
    [InlineData(6, Labels.Psy, Labels.Restricted, true)]
    [InlineData(6, Labels.Psy, Labels.VeryRestricted, false)]
    [InlineData(4, Labels.Psy, Labels.Psy, true)]
    [InlineData(4, Labels.Psy, Labels.Restricted, false)]
    [InlineData(0, Labels.Psy, Labels.Restricted, false)]
    [InlineData(5, Labels.PsyThpN, Labels.PsyThpN, true)]
    [InlineData(5, Labels.PsyThpN, Labels.Restricted, false)]
    public void A_list_of_sensitivities_narrows_a_level_to_itself_and_to_what_no_sensitivity_explains(
        int confidentiality, long listed, long resource, bool isCleared)
    {
        var patient = Patient([Agreement(cleared: Labels.All)], [Given(Permit(labels: listed, confidentiality: confidentiality))]);

        Assert.Equal(isCleared, TierOf(patient, resource) == Tier.Intermediate);
    }

    [Fact]
    public void Substance_use_and_ethanol_cover_the_same_kinds()
    {
        Assert.Equal(Tier.Intermediate, TierOf(Patient([Agreement()], [Given(Permit(labels: Labels.Eth))]), Labels.OpioidUd));
        Assert.Equal(Tier.Basic, TierOf(Patient([Agreement()], [Given(Permit(labels: Labels.EthUd))]), Labels.OpioidUd));
    }

    [Fact]
    public void The_own_organisation_sees_by_role_and_never_what_the_role_does_not_clear()
    {
        var own = Sight(Source) with { OwnTier = Tier.Own, OwnCleared = Labels.All & ~Labels.NamedOnly };

        Assert.Equal(Tier.Own, Decider.Decide(own, Patient([]), Resource(Labels.Part2, 4, 4)).Tier);
        Assert.Equal(Tier.None, Decider.Decide(own, Patient([]), Resource(Labels.PsyThpN, 4, 4)).Tier);
        Assert.Equal(Tier.None, Decider.Decide(Sight(Source), Patient([]), Resource()).Tier);
    }

    [Fact]
    public void Directory_data_is_for_whoever_has_an_agreement()
    {
        var directory = Resource() with { Directory = true };

        Assert.True(Decider.Decide(Sight(), Patient([]), directory).Visible);
        Assert.False(Decider.Decide(Sight() with { Directory = false }, Patient([]), directory).Visible);
        Assert.False(Decider.Decide(Sight(), Patient([]), directory with { Labels = Labels.Restricted }).Visible);
    }

    [Fact]
    public void A_resource_is_visible_at_its_tier_or_at_the_tier_of_its_parties()
    {
        var patient = Patient([Agreement()]);

        Assert.True(Decider.Decide(Sight(), patient, Resource(anyone: 1)).Visible);
        Assert.False(Decider.Decide(Sight(), patient, Resource(anyone: 2, party: 1)).Visible);
        Assert.True(Decider.Decide(Sight(), patient, Resource(anyone: 2, party: 1, isParty: true)).Visible);
        Assert.False(Decider.Decide(Sight(), patient, Resource(anyone: 4, party: 4, isParty: true)).Visible);
    }
}
