using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// Says after each month whether the model still fits: whether those whom it is asked about look as they did, and how it did where the
/// outcome is known by now. Out of bounds, it stops. One report for each month, however many servers look.
/// </summary>
internal sealed class DriftWorker(
    GuardedStore store,
    RiskModels models,
    ModelStops stops,
    VisitHistory history,
    InteropSettings settings,
    Secrets secrets,
    TimeProvider clock,
    ILogger<DriftWorker> logger)
    : PeriodicWork(TimeSpan.FromHours(1), "The model's drift could not be looked at", clock, logger)
{
    // As long as the months of which a report looks back for outcomes.
    private static readonly long Year = TimeSpan.FromDays(365).InMicroseconds();
    private static readonly long Window = Moment.Window.InMicroseconds();

    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        var today = settings.DayAt(store.Now());
        var month = today.AddDays(1 - today.Day).AddMonths(-1);
        var key = ModelRecord.DriftOf(models.File, month, secrets.Key.Span);
        DriftReport report;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            if (snapshot.Has(key) || models.StatusIn(snapshot) != ModelRecord.Active)
            {
                return;
            }

            report = ReportOf(snapshot.RecordOf(settings.Custodian), month);
        }

        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                if (transaction.Has(key) || models.StatusIn(transaction) != ModelRecord.Active)
                {
                    return false; // another server was quicker, or the model was stopped
                }

                var record = ModelRecord.DriftReport(
                    key, models.File, month, report.Json(month), settings.Custodian, transaction.Instant, secrets.Key.Span);
                transaction.Put(key, settings.Custodian, record.Json);
                transaction.Audit(
                    FhirInteraction.Create, key.ToString(), "permit", detail => detail.WriteString("rule", ModelRecord.Drift));
                if (report.Breaches.Count > 0)
                {
                    stops.StopAll(transaction, $"Out of bounds in {month:yyyy-MM}: {string.Join("; ", report.Breaches)}.");
                }

                return true;
            },
            cancellationToken);
    }

    private DriftReport ReportOf(CountedRecord record, DateOnly month)
    {
        var (from, to) = (settings.StartOf(month), settings.StartOf(month.AddMonths(1)));
        var asked = history.Within(record, from, to);
        var known = to - Window;
        var begin = Math.Max(known - Year, models.File.HeldFrom);
        var past = begin < known ? history.Within(record, begin, known) : [];
        return DriftReport.Of(models.File, settings.EarlyIntervention!.Bounds, history.Kinds, asked, past);
    }
}
