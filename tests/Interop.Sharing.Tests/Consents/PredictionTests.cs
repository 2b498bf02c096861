using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

/// <summary>What a model predicts goes to nobody whom agreement and consent do not name it to, and a draft to no partner at all.</summary>
public sealed class PredictionTests
{
    [Fact]
    public void A_prediction_is_for_whom_agreement_and_consent_name_it_and_a_draft_for_no_partner()
    {
        var agreement = Agreement(cleared: Labels.All);
        var named = Given(Permit(Tier.Full, Labels.Prediction | Labels.Psy));

        Assert.Equal(Tier.Full, TierOf(Patient([agreement], [named], [Case()]), Labels.Prediction | Labels.Psy));
        Assert.Equal(Tier.None, TierOf(Patient([Agreement()], [named], [Case()]), Labels.Prediction));
        foreach (var consents in new ConsentFacts[][]
        {
            [], [Given(Permit(Tier.Full))], [Given(Permit(Tier.Full, confidentiality: 6))], [Given(Permit(Tier.Full, Labels.Bh))],
        })
        {
            Assert.Equal(Tier.None, TierOf(Patient([agreement], consents, [Case()]), Labels.Prediction));
        }

        foreach (var draft in new[] { Labels.Draft, Labels.Draft | Labels.Prediction })
        {
            var all = Given(Permit(Tier.Full, Labels.Draft | Labels.Prediction, confidentiality: 6));
            Assert.Equal(Tier.None, TierOf(Patient([agreement], [all, named], [Case()]), draft));
        }
    }

    [Fact]
    public void No_prediction_is_in_what_police_are_told_or_a_broken_glass_shows_whatever_the_person_says()
    {
        var agreement = Agreement(Police, Tier.Basic, Labels.All, ["OVRPS"]);
        var patient = Patient([agreement], [Given(Permit(Tier.Basic, Labels.Prediction, Police))]);
        var broken = Patient([Agreement(cleared: Labels.All)]) with
        {
            Emergencies = [new(Source, Hospital, "doctor", true, 0, long.MaxValue, "Task/r")],
        };
        var sight = Sight(Hospital, [Purposes.Emergency]) with { Practitioner = "doctor" };

        Assert.Equal(Tier.None, TierOf(patient, Labels.Prediction, Police, "OVRPS"));
        Assert.Equal(Tier.Intermediate, Decider.Decide(sight, broken, Resource()).Tier);
        Assert.Equal(Tier.None, Decider.Decide(sight, broken, Resource(Labels.Prediction)).Tier);
        Assert.Equal(Tier.None, Decider.Decide(sight, broken, Resource(Labels.Draft)).Tier);
        Assert.Equal(Labels.None, SharingPolicy.Default.SightOfThreat(Source, Now).OwnCleared & (Labels.Prediction | Labels.Draft));
    }
}
