using System.Data.Common;

namespace Interop.Server.Agreements;

/// <summary>Looks which agreements are to be reviewed: before anything is served, then every hour.</summary>
internal sealed class AgreementReviews(AgreementBook agreements, TimeProvider clock, ILogger<AgreementReviews> logger) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await agreements.RemindAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await agreements.RemindAsync(stoppingToken);
            }
            catch (DbException failure)
            {
                // What is due stays due: the next hour finds it. The server goes on.
                logger.LogWarning("Reviews could not be looked for: {Failure}", failure.GetType().Name);
            }
        }
    }
}
