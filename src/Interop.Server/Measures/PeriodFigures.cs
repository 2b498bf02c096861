using Interop.Server.Guard;
using Interop.Storage.Read;

namespace Interop.Server.Measures;

/// <summary>What a report says of a group: counts, null where they are masked.</summary>
/// <param name="Cases">How many there are.</param>
/// <param name="Yes">How many count; of times and costs, how many are known.</param>
/// <param name="Missing">How many are missing; 0 where nothing can be.</param>
internal sealed record Figure(long? Cases, long? Yes, long? Missing)
{
    /// <summary>Whether all is shown, so that what is made of it may be.</summary>
    public bool IsShown => Cases is not null && Yes is not null && Missing is not null;
}

/// <summary>The figures of one period that may be read. Nothing else of the frozen months gets into a report.</summary>
internal sealed class PeriodFigures(
    PeriodCounts counts,
    IReadOnlyDictionary<CountName, bool> masked,
    IReadOnlyDictionary<(string Measure, string Kind), ILookup<string, MeasureAmount>> amounts)
{
    // So many cases lie on either side of a percentile at least: else it would tell of few.
    private const int LeastBeside = 11;

    public Figure Of(CrisisMeasure measure, string kind, string group) => new(
        Shown(new(measure.Cases, string.Empty, kind, group)),
        Shown(new(measure.Id, CountName.Yes, kind, group)),
        measure.Missing is null ? 0 : Shown(new(measure.Id, CountName.Missing, kind, group)));

    /// <summary>The sum of the amounts; null where it is not shown of how many it is.</summary>
    public long? AmountOf(CrisisMeasure measure, string kind, string group) =>
        Of(measure, kind, group).IsShown ? counts[new(measure.Id, CountName.Yes, kind, group)].Amount : null;

    /// <summary>
    /// The amount that so many percent do not exceed (nearest rank); null where it is not shown of how many it is, or they are few on one
    /// side.
    /// </summary>
    public long? PercentileOf(CrisisMeasure measure, string kind, string group, int percent)
    {
        if (Of(measure, kind, group) is not { IsShown: true, Yes: { } known and > 0 })
        {
            return null;
        }

        var rank = ((known * percent) + 99) / 100;
        if (rank < LeastBeside || known - rank + 1 < LeastBeside)
        {
            return null;
        }

        foreach (var amount in amounts[(measure.Id, kind)][group].OrderBy(amount => amount.Amount))
        {
            rank -= amount.Count;
            if (rank <= 0)
            {
                return amount.Amount;
            }
        }

        return null;
    }

    private long? Shown(CountName name) => masked.GetValueOrDefault(name, true) ? null : counts[name].Cases;

    public static IReadOnlyDictionary<(string Measure, string Kind), ILookup<string, MeasureAmount>> AmountsOf(
        CountedRecord record, Period period, Strata strata) =>
        CrisisMeasure.All.Where(measure => measure.Kind == MeasureKind.Time)
            .SelectMany(measure => strata.KindsOf(period).Prepend(null).Select(kind => (measure, kind)))
            .ToDictionary(
                place => (place.measure.Id, place.kind?.Code ?? string.Empty),
                place => record.AmountsOf(place.measure.Id, period.First, period.Last, place.kind?.Code)
                    .ToLookup(amount => place.kind is null ? string.Empty : Strata.Known(place.kind, amount.Group)));
}
