using Interop.Server.Guard;

namespace Interop.Server.Measures;

/// <summary>
/// Makes the reports of every month, and after 6, 12 and 24 months those of these: when their time has come, whoever asks. However many
/// servers look, each is made once.
/// </summary>
internal sealed class ReportWorker(GuardedStore store, Reports reports, Calendar calendar, TimeProvider clock, ILogger<ReportWorker> logger)
    : PeriodicWork(TimeSpan.FromHours(1), "Reports could not be made", clock, logger)
{
    public override Task PassAsync(CancellationToken cancellationToken) =>
        reports.MakeAsync(calendar.DueBy(store.Now()), cancellationToken);
}
