using Interop.SmallCells;

namespace Interop.Server.Measures;

/// <summary>
/// Which counts of a period's reports are masked. All measures, groups and periods of the two years are one problem: denominators are
/// common to measures, totals to groups, and a year is the sum of its halves. Totals are decided first: those that are shown part the
/// problem into smaller ones, which tell nothing of one another.
/// </summary>
/// <param name="made">The periods of the same two years whose reports were made, with what is masked of them.</param>
internal sealed class JointTables(
    Period asked,
    IReadOnlyDictionary<Period, PeriodCounts> counts,
    IReadOnlyDictionary<(Period Period, CountName Name), bool> made,
    Strata strata)
{
    private const int Few = 10;

    private readonly Dictionary<(Period Period, CountName Name), bool> decided = new(made);

    /// <summary>Of each count of the period that is published, whether it is masked.</summary>
    public IReadOnlyDictionary<CountName, bool> Masked()
    {
        foreach (var name in PeriodCounts.NamesIn(asked, strata).Where(name => IsKnownZero(name) && counts[asked][name].Cases == 0))
        {
            decided[(asked, name)] = false;
        }

        // Counts of staff share nothing with the others: where nothing protects the ones, the others are shown all the same.
        foreach (var isOfStaff in (bool[])[false, true])
        {
            Decide(name => name.IsTotal && StaffMeasures.Has(name) == isOfStaff);
            if (asked.HasGroups && !isOfStaff)
            {
                Decide(name => !StaffMeasures.Has(name));
            }
        }

        return decided.Where(pair => pair.Key.Period == asked).ToDictionary(pair => pair.Key.Name, pair => pair.Value);
    }

    private void Decide(Func<CountName, bool> isWanted)
    {
        var (tables, numbers) = (new CountTables(), new Dictionary<(Period Period, CountName Name), int>());
        foreach (var period in counts.Keys)
        {
            foreach (var name in PeriodCounts.NamesIn(period, strata).Where(isWanted))
            {
                var counted = counts[period][name];
                numbers[(period, name)] = tables.Add(
                    counted.Cases, PublicationOf(period, name), CostOf(name), isOfFew: counted.Persons is > 0 and <= Few);
            }
        }

        AddSums(tables, numbers);
        var masked = MaskedOf(tables);
        foreach (var (key, number) in numbers.Where(pair => tables.Cells[pair.Value].Publication == Publication.Now))
        {
            decided[key] = masked.Contains(number);
        }
    }

    /// <summary>Where an earlier report gives a count away whatever is masked, nothing of this one is shown.</summary>
    private static IReadOnlySet<int> MaskedOf(CountTables tables)
    {
        try
        {
            return CellSuppression.Masked(tables, new Protection());
        }
        catch (SuppressionImpossibleException)
        {
            return Enumerable.Range(0, tables.Cells.Count).ToHashSet();
        }
    }

    private void AddSums(CountTables tables, Dictionary<(Period Period, CountName Name), int> numbers)
    {
        foreach (var period in counts.Keys)
        {
            // The cases of a measure are those with yes, with no and without a word.
            foreach (var (kind, group) in PeriodCounts.Places(period, strata))
            {
                var refused = (period, new CountName(CountName.Refused, string.Empty, kind, group));
                Add(
                    (period, refused.Item2 with { What = "encounter" }),
                    [(period, refused.Item2 with { What = "follow-up" }), refused]);
                foreach (var measure in CrisisMeasure.All)
                {
                    Add(
                        (period, new(measure.Cases, string.Empty, kind, group)),
                        PeriodCounts.PartsOf(measure).Select(part => (period, new CountName(measure.Id, part, kind, group))));
                }
            }

            foreach (var total in PeriodCounts.NamesAt(string.Empty, string.Empty))
            {
                foreach (var kind in strata.KindsOf(period))
                {
                    Add((period, total), kind.Groups.Select(group => (period, total with { Kind = kind.Code, Group = group.Code })));
                }
            }

            foreach (var name in PeriodCounts.NamesIn(period, strata))
            {
                Add((period, name), Calendar.PartsOf(period).Select(part => (part, name)));
            }
        }

        void Add((Period, CountName) total, IEnumerable<(Period, CountName)> parts)
        {
            var all = parts.ToList();
            if (all.Count > 0 && numbers.TryGetValue(total, out var number) && all.TrueForAll(numbers.ContainsKey))
            {
                tables.Sum(number, [.. all.Select(part => numbers[part])]);
            }
        }
    }

    private Publication PublicationOf(Period period, CountName name)
    {
        if (name.Part == CountName.No || name.What == CountName.Refused)
        {
            // Nobody publishes it, and everybody subtracts.
            return Others(name).All(other => decided.TryGetValue((period, other), out var isMasked) && !isMasked)
                ? Publication.Shown
                : Publication.Never;
        }

        return decided.TryGetValue((period, name), out var masked) ? masked ? Publication.Masked : Publication.Shown
            : period == asked ? Publication.Now
            : Publication.Never;
    }

    private static IEnumerable<CountName> Others(CountName no)
    {
        if (no.What == CountName.Refused)
        {
            return [no with { What = "encounter" }, no with { What = "follow-up" }];
        }

        var measure = CrisisMeasure.All.First(measure => measure.Id == no.What);
        return PeriodCounts.PartsOf(measure).Where(part => part != CountName.No).Select(part => no with { Part = part })
            .Append(no with { What = measure.Cases, Part = string.Empty });
    }

    /// <summary>
    /// A zero that everybody knows who has read how it is counted, so that to mask it would protect nothing: of the models that cost
    /// nothing by the site's file no cost is known, of the others none is missing; referrals and calls have no model.
    /// </summary>
    private static bool IsKnownZero(CountName name) =>
        name is
        {
            Kind: "response_model",
            Part: not CountName.No,
            What: "cost" or "referral" or "referral-completed" or "call" or "call-answered",
        };

    /// <summary>What is lost with it: totals more than groups, and denominators more than what is counted of them.</summary>
    private static double CostOf(CountName name) => (name.IsTotal ? 4 : 1) * (name.Part.Length == 0 ? 3 : 1);
}
