using Interop.Server.Guard;
using Interop.Storage.Read;

namespace Interop.Server.Measures;

/// <summary>All counts of one period, as its frozen months have them.</summary>
internal sealed class PeriodCounts
{
    private readonly Dictionary<CountName, Counted> counts;

    private PeriodCounts(Dictionary<CountName, Counted> counts) => this.counts = counts;

    /// <summary>Nothing where nobody was.</summary>
    public Counted this[CountName name] => counts.GetValueOrDefault(name);

    public static PeriodCounts Of(CountedRecord record, Period period, Strata strata)
    {
        var counts = new Dictionary<CountName, Counted>();
        var kinds = strata.KindsOf(period).ToList();
        var counted = record.CountsOf(period.First, period.Last, kinds.ConvertAll(kind => kind.Code));
        Add(null, counted[string.Empty]);
        foreach (var kind in kinds)
        {
            Add(kind, counted[kind.Code]);
        }

        return new(counts);

        void Add(GroupKind? kind, IEnumerable<MeasureCount> rows)
        {
            foreach (var row in rows)
            {
                foreach (var name in NamesOf(row, kind?.Code ?? string.Empty, kind is null ? string.Empty : Strata.Known(kind, row.Group)))
                {
                    // Where a later version knows fewer groups, those who were frozen in one of the others are together.
                    var known = counts.GetValueOrDefault(name);
                    counts[name] = new(known.Cases + row.Count, known.Persons + row.Persons, known.Amount + row.Amount);
                }
            }

            foreach (var group in kind is null ? [string.Empty] : kind.Groups.Select(group => group.Code))
            {
                var place = new CountName(CountName.Refused, string.Empty, kind?.Code ?? string.Empty, group);
                var refused = CasesOf("encounter", place) - CasesOf("follow-up", place);
                counts[place] = new(refused, refused, 0);
            }
        }

        long CasesOf(string cases, CountName place) => counts.GetValueOrDefault(place with { What = cases }).Cases;
    }

    /// <summary>The names of all counts of a period.</summary>
    public static IEnumerable<CountName> NamesIn(Period period, Strata strata) =>
        Places(period, strata).SelectMany(place => NamesAt(place.Kind, place.Group));

    /// <summary>The totals, and the groups where the period has any.</summary>
    public static IEnumerable<(string Kind, string Group)> Places(Period period, Strata strata) =>
    [
        (string.Empty, string.Empty),
        .. strata.KindsOf(period).SelectMany(kind => kind.Groups.Select(group => (kind.Code, group.Code))),
    ];

    public static IEnumerable<CountName> NamesAt(string kind, string group) =>
    [
        .. MeasuresAt(kind).Select(measure => measure.Cases).Distinct().Append(CountName.Refused)
            .Select(cases => new CountName(cases, string.Empty, kind, group)),
        .. MeasuresAt(kind).SelectMany(measure => PartsOf(measure).Select(part => new CountName(measure.Id, part, kind, group))),
    ];

    private static IEnumerable<CrisisMeasure> MeasuresAt(string kind) =>
        CrisisMeasure.All.Where(measure => kind.Length == 0 || measure.HasGroups);

    /// <summary>What the cases of a measure are divided into.</summary>
    public static IReadOnlyList<string> PartsOf(CrisisMeasure measure) =>
    [
        CountName.Yes,
        .. measure.Kind == MeasureKind.Share ? [CountName.No] : Array.Empty<string>(),
        .. measure.Missing is null ? Array.Empty<string>() : [CountName.Missing],
    ];

    private static IEnumerable<CountName> NamesOf(MeasureCount row, string kind, string group)
    {
        if (CrisisMeasure.All.FirstOrDefault(measure => measure.Id == row.Measure) is not { } measure
            || (kind.Length > 0 && !measure.HasGroups))
        {
            yield break; // frozen by a version that knew more, or of people who are in no group
        }

        if (row.Outcome == MeasureCount.AnyOutcome)
        {
            // All measures of one kind of cases have the same cases: the first counts them.
            if (CrisisMeasure.All.First(other => other.Cases == measure.Cases) == measure)
            {
                yield return new(measure.Cases, string.Empty, kind, group);
            }

            yield break;
        }

        yield return new(
            measure.Id, row.Outcome switch { 1 => CountName.Yes, 0 => CountName.No, _ => CountName.Missing }, kind, group);
    }
}
