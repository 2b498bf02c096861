using Interop.Server.Guard;

namespace Interop.Server.Measures;

/// <summary>
/// Makes the reports of every month, and after 6, 12 and 24 months those of these: when their time has come, whoever asks. However many
/// servers look, each is made once.
/// </summary>
internal sealed class ReportWorker(GuardedStore store, Reports reports, Calendar calendar, TimeProvider clock, ILogger<ReportWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // a start waits for no report
        using var timer = new PeriodicTimer(Between, clock);
        do
        {
            try
            {
                await reports.MakeAsync(calendar.DueBy(store.Now()), stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What is due stays due: the next hour finds it. The server goes on.
                logger.LogWarning("Reports could not be made: {Failure}", failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
