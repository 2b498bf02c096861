using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>
/// What one agreement and the patient's consents give one grantee for one purpose at one instant: permits less denials, under
/// the ceilings of agreement, law and case. <see cref="Decider"/> asks it at an instant,
/// <see cref="GrantCompiler"/> tabulates it.
/// </summary>
internal sealed class PairEvaluation
{
    private readonly ConsentEvaluation consents = new();
    private readonly List<GrantLine> result = [];

    public IReadOnlyList<Denial> Denials => consents.Denials;

    /// <summary>The lines that hold, none contained in another. The list is reused by the next call.</summary>
    public List<GrantLine> Run(PatientFacts patient, Agreement agreement, string purpose, long instant)
    {
        result.Clear();
        var ceiling = Ceiling(patient.Partners, agreement, purpose);
        if (ceiling == Tier.None || !agreement.InForceAt(instant) || !Has(agreement.Purposes, purpose))
        {
            return result;
        }

        var roles = SharingPolicy.Default.Roles;
        var standing = StandingOf(patient.Cases, agreement.Grantee, instant);
        GrantLine? standard = roles.DefaultPurposes.Contains(purpose)
            ? new(
                Tier.Basic,
                agreement.Cleared & ~(Labels.NamedOnly | Labels.Part2),
                null,
                standing)
            : null;
        var isSummary = roles.SummaryPurposes.ContainsKey(purpose);
        var cleared = agreement.Cleared & ~Labels.Standing & (isSummary ? ~(Labels.Part2 | Labels.Prediction) : -1);
        var capped = ceiling < Tier.Full || standing == Standing.Case ? ceiling : Tier.Intermediate;
        var lines = consents.Run(
            patient.Consents, patient.Patient, agreement.Grantor, agreement.Grantee, purpose, instant, standard);
        foreach (var line in lines)
        {
            Add(line with { Tier = line.Tier < capped ? line.Tier : capped, Cleared = line.Cleared & cleared });
        }

        return result;
    }

    /// <summary>The lower of what the agreement says and what the law lets such an agency have for the purpose.</summary>
    public static Tier Ceiling(Partners partners, Agreement agreement, string purpose)
    {
        if (!partners.Organizations.TryGetValue(agreement.Grantee, out var grantee)
            || !grantee.Active
            || grantee.Type == AgencyType.Unknown)
        {
            return Tier.None;
        }

        var roles = SharingPolicy.Default.Roles;
        var legal = roles.SummaryPurposes.TryGetValue(purpose, out var summary) ? summary : roles.Agencies[(int)grantee.Type];
        return legal < agreement.Ceiling ? legal : agreement.Ceiling;
    }

    private static Standing StandingOf(IReadOnlyList<CaseFact> cases, string organization, long instant)
    {
        var standing = Standing.Agreement;
        for (var index = 0; index < cases.Count; index++)
        {
            var fact = cases[index];
            if (fact.From <= instant && instant < fact.To && fact.Organization == organization)
            {
                if (!fact.IsReferral)
                {
                    return Standing.Case;
                }

                standing = Standing.Referral;
            }
        }

        return standing;
    }

    private void Add(GrantLine line)
    {
        foreach (var other in result)
        {
            if (other.Contains(line))
            {
                return;
            }
        }

        result.RemoveAll(other => line.Contains(other));
        result.Add(line);
    }

    private static bool Has(IReadOnlyList<string> purposes, string purpose)
    {
        for (var index = 0; index < purposes.Count; index++)
        {
            if (purposes[index] == purpose)
            {
                return true;
            }
        }

        return false;
    }
}
