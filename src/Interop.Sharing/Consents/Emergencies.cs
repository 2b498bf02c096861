using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>What breaking the glass opens: treatment, and nothing that the person refused for just this case.</summary>
internal static class Emergencies
{
    /// <summary>What the fact opens to its person, or null where it opens nothing.</summary>
    public static GrantLine? LineOf(PatientFacts patient, Agreement agreement, EmergencyFact fact)
    {
        var roles = SharingPolicy.Default.Roles;
        var ceiling = PairEvaluation.Ceiling(patient.Partners, agreement, Purposes.Emergency);
        var tier = roles.Emergency.Tier < ceiling ? roles.Emergency.Tier : ceiling;
        if (tier == Tier.None || !agreement.IsBinding || fact.Source != agreement.Grantor || fact.Organization != agreement.Grantee
            || !roles.Emergency.Agencies.Contains(patient.Partners.Organizations[agreement.Grantee].Type)
            || patient.Consents.Any(consent => Forbids(consent, agreement.Grantor, agreement.Grantee, fact.From)))
        {
            return null;
        }

        var withheld = Labels.NamedOnly | (fact.IsMedical ? Labels.None : Labels.Part2);
        return new(tier, Labels.All & ~withheld, null);
    }

    /// <summary>
    /// Whether the person said, in force when the glass was broken, that not even an emergency opens it. What refuses in general does not
    /// say so; what refuses an emergency and can't be read whole does.
    /// </summary>
    public static bool Forbids(ConsentFacts consent, string grantor, string grantee, long instant) =>
        consent.State == ConsentState.Active && ConsentEvaluation.Speaks(consent, grantor) && Forbids(consent.Root, grantee, instant);

    private static bool Forbids(ProvisionFacts node, string grantee, long instant) =>
        node.From <= instant && instant < node.To
        && ((!node.Permit && node.Purposes.Contains(Purposes.Emergency)
                && (!node.NamesActors || node.UnresolvedActor || node.Actors.Contains(grantee)))
            || node.Children.Any(child => Forbids(child, grantee, instant)));
}
