using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Compiles what <see cref="Decider"/> says into rows that a statement can join.</summary>
public static class GrantCompiler
{
    private const long TwoDays = 2 * 24 * 3_600_000_000L;

    /// <summary>All rows of one patient; replaces all earlier ones. Empty where only the agreements' defaults hold.</summary>
    public static IReadOnlyList<GrantRow> Compile(PatientFacts patient)
    {
        var rows = new List<GrantRow>();
        var nobody = patient with { Consents = [], Cases = [] };
        foreach (var pair in Pairs(patient.Partners))
        {
            var (source, grantee) = pair.Key;
            var emergencies = pair
                .SelectMany(agreement => patient.Emergencies.SelectMany(fact => Emergency(patient, agreement, fact)))
                .ToList();
            if (emergencies.Count == 0
                && !patient.Consents.Any(consent => consent.State != ConsentState.NotInEffect && ConsentEvaluation.Speaks(consent, source))
                && patient.Cases.All(fact => fact.Organization != grantee))
            {
                continue;
            }

            var own = Tabulate(patient, patient.Patient, pair);
            if (emergencies.Count > 0 || !IsSame(own, Tabulate(nobody, patient.Patient, pair)))
            {
                rows.AddRange(own.Count > 0 ? own : Nothing(patient, source, grantee, pair));
            }

            // Rows for a person are all that the person has.
            foreach (var practitioner in emergencies.GroupBy(row => row.Practitioner))
            {
                rows.AddRange(own.Select(row => row with { Practitioner = practitioner.Key }).Concat(practitioner));
            }
        }

        return rows;
    }

    /// <summary>
    /// The rows with a null subject, for every patient without rows of their own for that pair; and for each agreement one row of no
    /// tier and no purpose, which says only when it is in force: whoever has one reads the directory.
    /// </summary>
    public static IReadOnlyList<GrantRow> Defaults(Partners partners)
    {
        var nobody = new PatientFacts(string.Empty, [], [], partners);
        return
        [
            .. Pairs(partners).SelectMany(pair => Tabulate(nobody, null, pair)),
            .. partners.Agreements.Where(agreement => agreement.IsBinding).Select(InForce),
        ];
    }

    private static GrantRow InForce(Agreement agreement) => new(
        null, agreement.Grantor, agreement.Grantee, null, string.Empty, Tier.None, Labels.None, agreement.From, agreement.To,
        $"Contract/{agreement.Id}");

    private static IEnumerable<IGrouping<(string Source, string Grantee), Agreement>> Pairs(Partners partners) => partners.Agreements
        .Where(agreement => agreement.IsBinding)
        .GroupBy(agreement => (agreement.Grantor, agreement.Grantee));

    private static IEnumerable<GrantRow> Emergency(PatientFacts patient, Agreement agreement, EmergencyFact fact)
    {
        var (from, to) = (Math.Max(fact.From, agreement.From), Math.Min(fact.To, agreement.To));
        if (from < to && Emergencies.LineOf(patient, agreement, fact) is { } line)
        {
            yield return Row(line, patient.Patient, agreement, Purposes.Emergency, from, to) with
            {
                Practitioner = fact.Practitioner, Basis = $"Contract/{agreement.Id} {fact.Review}",
            };
        }
    }

    private static bool IsSame(List<GrantRow> left, List<GrantRow> right) =>
        left.Count == right.Count && left.ToHashSet().SetEquals(right);

    // That a row is there at all is what keeps the agreement's default from applying.
    private static IEnumerable<GrantRow> Nothing(
        PatientFacts patient, string source, string grantee, IEnumerable<Agreement> agreements)
    {
        var basis = patient.Consents
            .Where(consent => consent.State == ConsentState.Active && ConsentEvaluation.Speaks(consent, source))
            .Select(consent => $"Consent/{consent.Id}");
        var purpose = agreements.SelectMany(agreement => agreement.Purposes).FirstOrDefault() ?? string.Empty;
        var why = string.Join(' ', basis);
        return [new(patient.Patient, source, grantee, null, purpose, Tier.None, Labels.None, long.MinValue, long.MaxValue, why)];
    }

    private static List<GrantRow> Tabulate(PatientFacts patient, string? subject, IEnumerable<Agreement> agreements)
    {
        var rows = new List<GrantRow>();
        var evaluation = new PairEvaluation();
        foreach (var agreement in agreements)
        {
            var instants = Instants(patient, agreement);
            foreach (var purpose in agreement.Purposes)
            {
                var open = new List<GrantRow>();
                for (var index = 0; index < instants.Count; index++)
                {
                    var to = index + 1 < instants.Count ? instants[index + 1] : long.MaxValue;
                    var lines = evaluation.Run(patient, agreement, purpose, instants[index]);
                    var next = lines.Select(line => Row(line, subject, agreement, purpose, instants[index], to)).ToList();
                    open = Continue(open, next, rows);
                }

                rows.AddRange(open);
            }
        }

        return [.. rows.Distinct()];
    }

    private static GrantRow Row(GrantLine line, string? subject, Agreement agreement, string purpose, long from, long to) => new(
        subject, agreement.Grantor, agreement.Grantee, null, purpose, line.Tier, line.Cleared, from, to,
        line.Consent is { } consent
            ? $"Contract/{agreement.Id} Consent/{consent.Id}/_history/{consent.Version}#{line.Provision}"
            : $"Contract/{agreement.Id}")
    {
        Closed = ClosedTypes.Of(line.Standing, agreement),
    };

    // A row that goes on unchanged in the next interval is one row.
    private static List<GrantRow> Continue(List<GrantRow> open, List<GrantRow> next, List<GrantRow> done)
    {
        for (var index = 0; index < next.Count; index++)
        {
            var row = next[index];
            var before = open.FindIndex(other => other with { From = row.From, To = row.To } == row);
            if (before >= 0)
            {
                next[index] = row with { From = open[before].From };
                open.RemoveAt(before);
            }
        }

        done.AddRange(open);
        return next;
    }

    // Between two neighbouring instants nothing changes.
    private static List<long> Instants(PatientFacts patient, Agreement agreement)
    {
        var instants = new SortedSet<long> { long.MinValue, agreement.From, agreement.To };
        foreach (var consent in patient.Consents)
        {
            Add(instants, consent.Root);
            if (consent.IsIndeterminate && consent.Root.To < long.MaxValue - TwoDays)
            {
                instants.Add(consent.Root.To + TwoDays);
            }
        }

        foreach (var fact in patient.Cases.Where(fact => fact.Organization == agreement.Grantee))
        {
            instants.Add(fact.From);
            instants.Add(fact.To);
        }

        instants.Remove(long.MaxValue);
        return [.. instants];
    }

    private static void Add(SortedSet<long> instants, ProvisionFacts node)
    {
        instants.Add(node.From);
        instants.Add(node.To);
        foreach (var child in node.Children)
        {
            Add(instants, child);
        }
    }
}
