using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Who may see what, without a database: the oracle that the compiled rows are held against.</summary>
public static class Decider
{
    private static readonly string[] Audit = ["AUDIT"];
    private static readonly string[] AuditPart2 = ["AUDIT", "P2-NOTICE(2.32a)", "P2-CONSENT-COPY(2.32b)", "NO-PROCEEDINGS-USE"];

    [ThreadStatic]
    private static PairEvaluation? evaluation;

    /// <param name="explain">Whether to fill <see cref="Decision.Reasons"/>.</param>
    /// <param name="isListing">Whether the resource is come by without naming the person: see <see cref="Openness"/>.</param>
    public static Decision Decide(
        Sight sight, PatientFacts patient, ResourceFacts resource, bool explain = false, bool isListing = false)
    {
        var reasons = explain ? new List<Reason>() : null;
        var (tier, cleared) = resource.Source == sight.Organization ? Own(sight, resource, reasons)
            : resource.Directory ? Directory(sight, resource, reasons)
            : Granted(sight, patient, resource, isListing, reasons);
        var isVisible = tier != Tier.None
            && ((byte)tier >= resource.Tiers.Anyone || (resource.Party && (byte)tier >= resource.Tiers.Party));
        if (reasons is not null)
        {
            Conclude(resource, tier, isVisible, reasons);
        }

        var isPart2 = isVisible && tier < Tier.Own && (resource.Labels & Labels.Part2) != 0;
        return new(tier, cleared, isVisible, isPart2 ? AuditPart2 : Audit, reasons is null ? [] : reasons);
    }

    /// <summary>
    /// Whether the person's consents leave nothing of what is intermediate to an organisation, were it open to it for a reason of its own:
    /// for what a party is shown of it at basic, which a refusal of the intermediate tier does not cut by itself.
    /// </summary>
    /// <param name="source">Id of the Organization whose record it is.</param>
    /// <param name="instant">UTC microseconds.</param>
    public static bool Refuses(PatientFacts patient, string source, string grantee, string purpose, long labels, long instant)
    {
        var open = new GrantLine(Tier.Intermediate, Labels.All, null);
        return !new ConsentEvaluation().Run(patient.Consents, patient.Patient, source, grantee, purpose, instant, open)
            .Any(line => line.Tier >= Tier.Intermediate && (labels & ~line.Cleared) == 0);
    }

    /// <inheritdoc cref="Emergencies.Forbids(ConsentFacts, string, string, long)"/>
    public static bool ForbidsEmergency(ConsentFacts consent, string grantor, string grantee, long instant) =>
        Emergencies.Forbids(consent, grantor, grantee, instant);

    private static (Tier Tier, long Cleared) Own(Sight sight, ResourceFacts resource, List<Reason>? reasons)
    {
        var isCleared = (resource.Labels & ~sight.OwnCleared) == 0;
        reasons?.Add(new("own", string.Empty, isCleared
            ? $"the custodian's own record, by role: {sight.OwnTier}"
            : $"the role does not clear {string.Join(", ", Labels.CodesOf(resource.Labels & ~sight.OwnCleared))}"));
        return isCleared ? (sight.OwnTier, sight.OwnCleared) : (Tier.None, Labels.None);
    }

    private static (Tier Tier, long Cleared) Directory(Sight sight, ResourceFacts resource, List<Reason>? reasons)
    {
        var isOpen = sight.Directory && resource.Labels == 0;
        reasons?.Add(new("directory", string.Empty, isOpen ? "directory data, for whoever has an agreement" : "no agreement, or labelled"));
        return isOpen ? (Tier.Basic, Labels.None) : (Tier.None, Labels.None);
    }

    private static (Tier Tier, long Cleared) Granted(
        Sight sight, PatientFacts patient, ResourceFacts resource, bool isListing, List<Reason>? reasons)
    {
        var pair = evaluation ??= new();
        var best = default(GrantLine);
        var agreements = patient.Partners.Agreements;
        for (var index = 0; index < agreements.Count; index++)
        {
            var agreement = agreements[index];
            if (agreement.Grantor != resource.Source || agreement.Grantee != sight.Organization)
            {
                continue;
            }

            if (sight.Practitioner is not null && patient.Emergencies.Count > 0 && sight.Purposes.Contains(Purposes.Emergency)
                && Emergency(sight, patient, agreement, resource, reasons) is { } opened && opened.Tier > best.Tier)
            {
                best = opened;
            }

            for (var each = 0; each < sight.Purposes.Count; each++)
            {
                var lines = pair.Run(patient, agreement, sight.Purposes[each], sight.Instant);
                foreach (var line in lines)
                {
                    if ((resource.Labels & ~line.Cleared) == 0 && line.Tier > best.Tier
                        && !ClosedTypes.Of(line.Standing, agreement).Contains(resource.Type, isListing))
                    {
                        best = line;
                    }
                }

                if (reasons is not null)
                {
                    DecisionTrace.Explain(patient, agreement, sight.Purposes[each], sight.Instant, pair.Denials, lines, reasons);
                }
            }
        }

        if (reasons is { Count: 0 })
        {
            reasons.Add(new("no-agreement", string.Empty, "no agreement between the custodian and the requester"));
        }

        return (best.Tier, best.Cleared);
    }

    private static GrantLine? Emergency(
        Sight sight, PatientFacts patient, Agreement agreement, ResourceFacts resource, List<Reason>? reasons)
    {
        foreach (var fact in patient.Emergencies)
        {
            if (fact.Practitioner == sight.Practitioner && fact.From <= sight.Instant && sight.Instant < fact.To
                && agreement.InForceAt(sight.Instant) && Emergencies.LineOf(patient, agreement, fact) is { } line)
            {
                reasons?.Add(new("emergency", fact.Review, $"{Purposes.Emergency}: the glass was broken, up to {line.Tier}"));
                if ((resource.Labels & ~line.Cleared) == 0)
                {
                    return line;
                }
            }
        }

        return null;
    }

    private static void Conclude(ResourceFacts resource, Tier tier, bool isVisible, List<Reason> reasons)
    {
        if (tier == Tier.None && resource.Labels != 0)
        {
            var named = resource.Labels & Labels.NamedOnly;
            reasons.Add(new(
                named != 0 ? "label-must-be-named" : "label-not-cleared",
                string.Empty,
                $"no permission clears {string.Join(", ", Labels.CodesOf(resource.Labels))}"));
            if ((resource.Labels & Labels.Part2) != 0)
            {
                reasons.Add(new("part2-needs-its-consent", string.Empty, "Part 2 records need a Part 2 consent"));
            }
        }

        reasons.Add(new("result", string.Empty, isVisible ? $"visible at {tier}" : $"not visible at {tier}"));
    }
}
