using System.Collections.Concurrent;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Storage.Read;

namespace Interop.Server.Measures;

/// <summary>
/// Makes reports: freezes months, decides what is masked, and stores one MeasureReport for each measure and period. All in one order, so
/// that each is masked against all before it; each step once, however many servers are at it.
/// </summary>
internal sealed class Reports(
    GuardedStore store,
    MonthReader months,
    Calendar calendar,
    EvaluationTable table,
    Strata strata,
    InteropSettings settings,
    Secrets secrets)
    : IDisposable
{
    private readonly SemaphoreSlim one = new(1);

    // Frozen months do not change, and what was made once is there.
    private readonly Dictionary<Period, PeriodCounts> known = [];
    private readonly ConcurrentDictionary<Period, bool> made = [];

    /// <summary>Under which key the report of a measure and a period is stored.</summary>
    public ResourceKey KeyOf(CrisisMeasure measure, Period period) =>
        new("MeasureReport", NameBasedId.Of(secrets.Key.Span, $"report|{measure.Id}|{period.Name}"));

    /// <summary>Makes what of these periods is not made, in the order in which they come.</summary>
    public async Task MakeAsync(IEnumerable<Period> periods, CancellationToken cancellationToken)
    {
        foreach (var period in periods.Where(period => !made.ContainsKey(period)))
        {
            // One by one: who waits for a month does not wait for the years that a worker is at.
            await one.WaitAsync(cancellationToken);
            try
            {
                await MakeAsync(period, cancellationToken);
                made[period] = true;
            }
            finally
            {
                one.Release();
            }
        }
    }

    public void Dispose() => one.Dispose();

    private async Task MakeAsync(Period period, CancellationToken cancellationToken)
    {
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            if (snapshot.RecordOf(settings.Custodian).IsPublished(period.Name))
            {
                return;
            }
        }

        if (period.Months == 1)
        {
            await FreezeAsync(period, cancellationToken);
        }

        await PublishAsync(period, cancellationToken);
    }

    private async Task FreezeAsync(Period month, CancellationToken cancellationToken)
    {
        IReadOnlyList<MeasureCase> cases;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            var record = snapshot.RecordOf(settings.Custodian);
            if (record.FrozenMonths().Contains(month.First))
            {
                return;
            }

            cases = months.Read(record, month);
        }

        await store.WriteAsOperatorAsync(
            settings.Custodian, transaction => transaction.Record.Freeze(month.First, cases), cancellationToken);
    }

    private async Task PublishAsync(Period period, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Period, IReadOnlyDictionary<CountName, bool>> published;
        Dictionary<Period, PeriodCounts> counts;
        Dictionary<Period, IReadOnlyDictionary<(string, string), ILookup<string, MeasureAmount>>> amounts;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            var record = snapshot.RecordOf(settings.Custodian);
            published = PublishedIn(record);
            counts = published.Keys.Where(other => calendar.BlockOf(other) == calendar.BlockOf(period)).Append(period)
                .Union(calendar.Includes(period.Before) ? [period.Before] : [])
                .ToDictionary(other => other, other => CountsOf(record, other));
            amounts = new[] { period, period.Before }.Where(counts.ContainsKey)
                .ToDictionary(other => other, other => PeriodFigures.AmountsOf(record, other, strata));
        }

        // The solver works while nobody waits for it; what it found is stored unless another server was quicker.
        var masked = new JointTables(
            period,
            counts.Where(pair => calendar.BlockOf(pair.Key) == calendar.BlockOf(period)).ToDictionary(),
            published.Where(pair => calendar.BlockOf(pair.Key) == calendar.BlockOf(period))
                .SelectMany(pair => pair.Value.Select(count => ((pair.Key, count.Key), count.Value)))
                .ToDictionary(),
            strata).Masked();
        var figures = FiguresOf(period, masked);
        var before = published.TryGetValue(period.Before, out var earlier)
            ? (period.Before, FiguresOf(period.Before, earlier))
            : ((Period, PeriodFigures)?)null;
        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction => Store(
                transaction,
                period,
                masked,
                [.. CrisisMeasure.All.Where(IsWhole)],
                measure => new(measure, table, strata, figures, before)),
            cancellationToken);

        // A month that was frozen by a version that did not know the measure has none of its cases: a longer report would be of the rest.
        bool IsWhole(CrisisMeasure measure) => period.Months == 1 || Enumerable.Range(period.First, period.Months).All(month =>
            published.TryGetValue(new(month, 1), out var known)
            && known.ContainsKey(new(measure.Cases, string.Empty, string.Empty, string.Empty)));

        PeriodFigures FiguresOf(Period of, IReadOnlyDictionary<CountName, bool> hidden) => new(counts[of], hidden, amounts[of]);
    }

    private PeriodCounts CountsOf(CountedRecord record, Period period) =>
        known.TryGetValue(period, out var counts) ? counts : known[period] = PeriodCounts.Of(record, period, strata);

    private bool Store(
        GuardedTransaction transaction,
        Period period,
        IReadOnlyDictionary<CountName, bool> masked,
        IReadOnlyList<CrisisMeasure> measures,
        Func<CrisisMeasure, ReportDocument> documentOf)
    {
        if (!transaction.Record.Publish(period.Name, [.. masked.Select(pair => KeyValuePair.Create(pair.Key.ToString(), pair.Value))]))
        {
            return false;
        }

        foreach (var measure in measures)
        {
            var key = KeyOf(measure, period);
            var report = documentOf(measure).Of(key.Id, period, settings.Custodian, transaction.Instant);
            transaction.Put(key, settings.Custodian, report.Json);
            transaction.Audit(FhirInteraction.Create, key.ToString(), "permit", detail => detail.WriteString("rule", "evaluation"));
        }

        return true;
    }

    /// <summary>What was made, with what is masked of it.</summary>
    private static Dictionary<Period, IReadOnlyDictionary<CountName, bool>> PublishedIn(CountedRecord record) => record.Published()
        .GroupBy(pair => pair.Key.Period)
        .ToDictionary(
            counts => Period.Named(counts.Key),
            IReadOnlyDictionary<CountName, bool> (counts) =>
                counts.ToDictionary(pair => CountName.Parse(pair.Key.Name), pair => pair.Value));
}
