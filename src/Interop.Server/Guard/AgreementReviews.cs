namespace Interop.Server.Guard;

/// <summary>Looks which agreements are to be reviewed: before anything is served, then every hour.</summary>
internal sealed class AgreementReviews(GuardedStore store, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.RemindOfReviewsAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await store.RemindOfReviewsAsync(stoppingToken);
        }
    }
}
