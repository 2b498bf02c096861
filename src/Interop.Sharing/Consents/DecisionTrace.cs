using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Says in words what one evaluation did, in the order of the precedence.</summary>
internal static class DecisionTrace
{
    public static void Explain(
        PatientFacts patient,
        Agreement agreement,
        string purpose,
        long instant,
        IReadOnlyList<Denial> denials,
        List<GrantLine> lines,
        List<Reason> reasons)
    {
        var basis = $"Contract/{agreement.Id}";
        if (Obstacle(patient, agreement, purpose, instant) is { } obstacle)
        {
            reasons.Add(new(obstacle.Rule, basis, $"{purpose}: {obstacle.Text}") { Purpose = purpose });
            return;
        }

        foreach (var consent in patient.Consents.Where(consent => ConsentEvaluation.Speaks(consent, agreement.Grantor)))
        {
            Explain(consent, purpose, denials, lines, reasons);
        }

        foreach (var line in lines.Where(line => line.Consent is null))
        {
            reasons.Add(new("agreement-default", basis, $"{purpose}: the agreement's default, {line.Tier}{Clearing(line)}")
            {
                Purpose = purpose,
                Tier = line.Tier,
                Labels = line.Cleared,
            });
        }

        var ceiling = PairEvaluation.Ceiling(patient.Partners, agreement, purpose);
        reasons.Add(new("ceiling", basis, $"{purpose}: at most {ceiling}; full only with an open case")
        {
            Purpose = purpose,
            Tier = ceiling,
        });
        if (lines.Count == 0)
        {
            reasons.Add(new("nothing-permits", basis, $"{purpose}: nothing permits") { Purpose = purpose });
        }
    }

    private static (string Rule, string Text)? Obstacle(PatientFacts patient, Agreement agreement, string purpose, long instant)
    {
        if (!agreement.IsBinding)
        {
            return ("agreement-not-in-force", $"the agreement is not in force: {string.Join("; ", agreement.Problems)}");
        }

        if (!agreement.InForceAt(instant))
        {
            return ("agreement-period", "the agreement's period does not cover this instant");
        }

        if (!agreement.Purposes.Contains(purpose))
        {
            return ("agreement-purpose", "the agreement does not name the purpose");
        }

        return PairEvaluation.Ceiling(patient.Partners, agreement, purpose) == Tier.None
            ? ("agency-type", "an agency of this type may not have records for the purpose")
            : null;
    }

    private static void Explain(
        ConsentFacts consent, string purpose, IReadOnlyList<Denial> denials, List<GrantLine> lines, List<Reason> reasons)
    {
        var basis = $"Consent/{consent.Id}";
        if (consent.State != ConsentState.Active)
        {
            var rule = consent.State == ConsentState.Ended ? "consent-revoked" : "consent-not-in-effect";
            reasons.Add(new(rule, basis, "it does not count") { Version = consent.Version });
        }
        else if (consent.IsIndeterminate)
        {
            var denies = denials.Any(denial => denial.Consent == consent);
            var effect = denies ? "denies" : "about somebody else, or replaced by a newer one";
            reasons.Add(new(
                "consent-indeterminate", basis, $"{purpose}: indeterminate ({string.Join(", ", consent.Indeterminate)}), {effect}")
            {
                Purpose = purpose,
                Version = consent.Version,
                Provision = string.Join(", ", consent.Indeterminate),
                Labels = denies ? -1 : 0,
            });
        }
        else
        {
            reasons.AddRange(denials.Where(denial => denial.Consent == consent).Select(denial => new Reason(
                "consent-denies", basis, $"{purpose}: denies {Denied(denial)} from {denial.From}")
            {
                Purpose = purpose,
                Version = consent.Version,
                Provision = denial.Provision,
                Tier = denial.From,
                Labels = denial.Mask,
            }));
            reasons.AddRange(lines.Where(line => line.Consent == consent).Select(line => new Reason(
                "consent-permits", basis, $"{purpose}: permits {line.Tier}{Clearing(line)}")
            {
                Purpose = purpose,
                Version = consent.Version,
                Provision = line.Provision,
                Tier = line.Tier,
                Labels = line.Cleared,
            }));
            if (lines.All(line => line.Consent != consent) && denials.All(denial => denial.Consent != consent))
            {
                reasons.Add(new(
                    "consent-does-not-apply",
                    basis,
                    $"{purpose}: does not apply (period, actor, purpose), is replaced, or adds nothing")
                {
                    Purpose = purpose,
                    Version = consent.Version,
                });
            }

            reasons.AddRange(consent.Policy == ConsentReader.Part2Policy
                ? consent.Part2Defects.Select(
                    defect => new Reason("part2-consent-incomplete", basis, defect) { Version = consent.Version })
                : []);
        }
    }

    private static string Denied(Denial denial) => denial.Mask < 0 ? "everything" : string.Join(", ", Labels.CodesOf(denial.Mask));

    private static string Clearing(GrantLine line) =>
        line.Cleared == 0 ? string.Empty : $", clearing {string.Join(", ", Labels.CodesOf(line.Cleared))}";
}
