using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>
/// What the consents of a patient say to one grantee for one purpose at one instant: lines that permit, and
/// denials that cut every line, also those of other consents and the agreement's default.
/// </summary>
internal sealed class ConsentEvaluation
{
    private const long Everything = -1;
    private const long TwoDays = 2 * 24 * 3_600_000_000L;

    // What a consent that names no labels clears: what is restricted, not what is very restricted, nor what must be named.
    private const long Unnamed = Labels.All & ~(Labels.NamedOnly | Labels.VeryRestricted | Labels.Part2);

    private readonly List<GrantLine> lines = [];
    private readonly List<Denial> denials = [];
    private readonly List<GrantLine> cut = [];
    private string grantee = string.Empty;
    private string purpose = string.Empty;
    private long instant;

    public IReadOnlyList<Denial> Denials => denials;

    /// <summary>The permitted lines after all denials. The list is reused by the next call.</summary>
    public List<GrantLine> Run(
        IReadOnlyList<ConsentFacts> consents,
        string patient,
        string source,
        string grantee,
        string purpose,
        long instant,
        GrantLine? standard)
    {
        (this.grantee, this.purpose, this.instant) = (grantee, purpose, instant);
        lines.Clear();
        denials.Clear();
        if (standard is { } line)
        {
            lines.Add(line);
        }

        for (var index = 0; index < consents.Count; index++)
        {
            var consent = consents[index];
            if (consent.State == ConsentState.Active && (consent.Patient == patient || consent.Patient.Length == 0)
                && Speaks(consent, source) && !IsReplaced(consent, consents))
            {
                Add(consent);
            }
        }

        foreach (var denial in denials)
        {
            Cut(denial);
        }

        return lines;
    }

    /// <summary>
    /// Whether a consent speaks for a custodian's records: readable or not, one that somebody else wrote does not, or a partner could
    /// cut off everybody else. One that does not say clearly whom it is for speaks for its writer.
    /// </summary>
    public static bool Speaks(ConsentFacts consent, string source) => consent.Source == source
        && (Contains(consent.Controllers, source) || consent.Controllers.Count == 0 || Contains(consent.Indeterminate, "organization"));

    private void Add(ConsentFacts consent)
    {
        var root = consent.Root;
        if (consent.IsIndeterminate)
        {
            if (DeniesWhenUnclear(consent))
            {
                denials.Add(new(consent, Everything, Tier.Basic, null, consent.Root.Path));
            }
        }
        else if (Matches(root))
        {
            Visit(consent, root, Tier.Intermediate, Labels.None, isRoot: true, lines, denials);
        }
    }

    // It denies the actors it names; everybody when it names none, or one that we do not know. A long past end ends it too.
    private bool DeniesWhenUnclear(ConsentFacts consent) =>
        (consent.Root.From >= consent.Root.To || consent.Root.To == long.MaxValue || instant < consent.Root.To + TwoDays)
        && (consent.Root.Actors.Count == 0 || MayName(consent.Root));

    private bool MayName(ProvisionFacts node) => node.UnresolvedActor || Contains(node.Actors, grantee) || node.Children.Any(MayName);

    // tier and cleared are what a node inherits that does not say its own.
    private void Visit(
        ConsentFacts consent, ProvisionFacts node, Tier tier, long cleared, bool isRoot, List<GrantLine> permits, List<Denial> denies)
    {
        if (node.Permit)
        {
            var own = new GrantLine(node.Tier ?? tier, Cleared(consent, node, isRoot ? null : cleared), consent) { Provision = node.Path };
            permits.Add(own);
            foreach (var child in node.Children)
            {
                if (Matches(child))
                {
                    Visit(consent, child, own.Tier, own.Cleared, false, permits, denies);
                }
            }

            return;
        }

        List<GrantLine>? exceptions = null;
        if (node.Children.Count > 0)
        {
            exceptions = [];
            foreach (var child in node.Children)
            {
                if (Matches(child))
                {
                    Visit(consent, child, tier, isRoot ? Unnamed : cleared, false, exceptions, denies);
                }
            }

            permits.AddRange(exceptions);
        }

        denies.Add(new(consent, Denied(node), node.Tier ?? Tier.Basic, exceptions, node.Path));
    }

    private bool Matches(ProvisionFacts node)
    {
        if (instant < node.From || instant >= node.To || !node.Disclosing)
        {
            return false;
        }

        if (node.NamesActors && !Contains(node.Actors, grantee) && (node.Permit || !node.UnresolvedActor))
        {
            return false;
        }

        for (var index = 0; index < node.Purposes.Count; index++)
        {
            if (Purposes.Covers(node.Purposes[index], purpose))
            {
                return true;
            }
        }

        return node.Purposes.Count == 0;
    }

    private static long Cleared(ConsentFacts consent, ProvisionFacts node, long? inherited)
    {
        if (node.Labels != 0)
        {
            var named = Labels.WithSubsumed(node.Labels);
            var isForPart2 = consent.Part2Defects.Count == 0 && (named & (Labels.SubstanceUse | Labels.Part2)) != 0;
            var cleared = (named & ~Labels.NamedOnly & ~Labels.Part2) | (node.Labels & Labels.Prediction) | (isForPart2 ? Labels.Part2 : 0);

            // Notes of therapy or counselling: only by a node that names nothing else (45 CFR 164.508(b)(3)(ii), 42 CFR 2.31(b)).
            return node.Labels is Labels.PsyThpN or Labels.SudNote ? cleared | node.Labels : cleared | ClearedBeside(node.Confidentiality);
        }

        return node.Confidentiality switch
        {
            0 => inherited ?? Unnamed,
            6 => Unnamed | Labels.VeryRestricted,
            5 => Unnamed,
            _ => Labels.None,
        };
    }

    // A level beside a list of sensitivities opens no other sensitivity, but the R that no sensitivity explains. Never V, which is also
    // text that nobody has labelled: nobody can say that it is of a kind on the list.
    private static long ClearedBeside(int confidentiality) => confidentiality >= 5 ? Labels.Restricted : Labels.None;

    private static long Denied(ProvisionFacts node)
    {
        var mask = Labels.WithSubsumed(node.Labels);
        if ((mask & Labels.SubstanceUse) != 0)
        {
            mask |= Labels.Part2; // whatever a substance-use programme holds is about substance use
        }

        return node.Confidentiality switch
        {
            0 => mask == 0 ? Everything : mask,
            6 => mask | Labels.VeryRestricted,
            5 => Labels.All,
            _ => Everything,
        };
    }

    private void Cut(Denial denial)
    {
        cut.Clear();
        var below = denial.From - 1;
        foreach (var line in lines)
        {
            if (denial.Mask != Everything)
            {
                Keep(line with { Cleared = line.Cleared & ~denial.Mask });
            }

            if (below > Tier.None)
            {
                Keep(line with { Tier = line.Tier < below ? line.Tier : below });
            }

            foreach (var exception in denial.Exceptions ?? [])
            {
                Keep(line.Meet(exception));
            }
        }

        lines.Clear();
        lines.AddRange(cut);
    }

    private void Keep(GrantLine line)
    {
        foreach (var other in cut)
        {
            if (other.Contains(line))
            {
                return;
            }
        }

        cut.Add(line);
    }

    // Newest of a group among those whose period has begun: a renewal does not take effect before it starts.
    private bool IsReplaced(ConsentFacts consent, IReadOnlyList<ConsentFacts> all)
    {
        for (var index = 0; index < all.Count; index++)
        {
            var other = all[index];
            if (!ReferenceEquals(other, consent) && other.State != ConsentState.NotInEffect && other.Root.From <= instant
                && IsNewer(other, consent) && other.Patient == consent.Patient && Speaks(other, consent.Source)
                && IsOfGroup(other, consent))
            {
                return true;
            }
        }

        return false;
    }

    // Custodian, policy and grantees: within a group the newest consent replaces the others.
    private static bool IsOfGroup(ConsentFacts left, ConsentFacts right) =>
        left.Source == right.Source && left.Policy == right.Policy && IsSame(left.Root.Actors, right.Root.Actors);

    private static bool IsSame(IReadOnlyList<string> left, IReadOnlyList<string> right) => IsIn(left, right) && IsIn(right, left);

    private static bool IsIn(IReadOnlyList<string> part, IReadOnlyList<string> whole)
    {
        for (var index = 0; index < part.Count; index++)
        {
            if (!Contains(whole, part[index]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNewer(ConsentFacts left, ConsentFacts right) =>
        (left.DateTime, left.LastUpdated, left.Version).CompareTo((right.DateTime, right.LastUpdated, right.Version)) is var order
        && (order > 0 || (order == 0 && string.CompareOrdinal(left.Id, right.Id) > 0));

    private static bool Contains(IReadOnlyList<string> list, string value)
    {
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] == value)
            {
                return true;
            }
        }

        return false;
    }
}
