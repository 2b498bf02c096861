using System.Data.Common;
using Interop.Server.Guard;

namespace Interop.Server.Agreements;

/// <summary>Looks which agreements are to be reviewed: before anything is served, then every hour.</summary>
internal sealed class AgreementReviews(GuardedStore store, TimeProvider clock, ILogger<AgreementReviews> logger) : BackgroundService
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
            try
            {
                await store.RemindOfReviewsAsync(stoppingToken);
            }
            catch (DbException failure)
            {
                // What is due stays due: the next hour finds it. The server goes on.
                logger.LogWarning("Reviews could not be looked for: {Failure}", failure.GetType().Name);
            }
        }
    }
}
