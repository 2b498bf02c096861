using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>
/// Tells subscribers what waits for them: many at once, each by one server at a time, in order. Where that server stops, its lease ends and
/// another one goes on.
/// </summary>
internal sealed class Deliveries(
    GuardedStore store, Delivery delivery, InteropSettings settings, TimeProvider clock, ILogger<Deliveries> logger) : BackgroundService
{
    private const int MostAtOnce = 32;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly long Lease = TimeSpan.FromMinutes(2).Ticks / TimeSpan.TicksPerMicrosecond;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        do
        {
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What waits goes on waiting; the server goes on, whatever it was.
                logger.LogWarning("Subscribers could not be told: {Failure}", failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Tells all that is to be told by now.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken) is { Count: > 0 } taken)
        {
            await Parallel.ForEachAsync(
                taken,
                new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
                async (channel, token) => await TellAsync(channel, token));
        }
    }

    private async Task<IReadOnlyList<SubscriptionChannel>> TakeAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> due;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            due = snapshot.DueChannels(MostAtOnce);
        }

        return due.Count == 0 ? [] : await store.WriteAsOperatorAsync<IReadOnlyList<SubscriptionChannel>>(
            settings.Custodian,
            transaction =>
                [.. due.Select(id => transaction.Channels.Lease(id, transaction.Instant + Lease)).OfType<SubscriptionChannel>()],
            cancellationToken);
    }

    private async Task TellAsync(SubscriptionChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            for (var next = channel; next is not null;)
            {
                next = await delivery.NextAsync(next, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Its lease ends by itself, and it keeps nobody else waiting.
            logger.LogWarning("Subscription {Id} could not be looked after: {Failure}", channel.Id, failure.GetType().Name);
        }
    }
}
