using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>
/// Tells subscribers what waits for them: many at once, each by one server at a time, in order. One that is slow keeps its own agency
/// waiting and nobody else. A server that is stopped gives back what it has leased; where one is killed, its lease ends.
/// </summary>
internal sealed class Deliveries(
    GuardedStore store,
    Delivery delivery,
    SubscriberCalls calls,
    InteropSettings settings,
    TimeProvider clock,
    ILogger<Deliveries> logger) : PeriodicWork(TimeSpan.FromSeconds(1), "Subscribers could not be told", clock, logger)
{
    private const int MostAtOnce = 32;
    private const int MostOfOne = 4;

    // A turn and the call that it ends with are shorter than the lease, so that no other server begins meanwhile.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);
    public static readonly long Lease = TimeSpan.FromMinutes(2).InMicroseconds();

    // What could not be told in a month is not news.
    private static readonly long Kept = TimeSpan.FromDays(30).InMicroseconds();
    private static readonly long BetweenSweeps = TimeSpan.FromHours(1).InMicroseconds();

    private long nextSweep;

    /// <summary>Tells all that is to be told by now, and what becomes due meanwhile.</summary>
    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken);
        var atWork = new Dictionary<Task, string>();
        try
        {
            do
            {
                foreach (var channel in await TakeAsync(atWork.Values, cancellationToken))
                {
                    atWork.Add(TellAsync(channel, cancellationToken), channel.Organization);
                }

                if (atWork.Count > 0)
                {
                    // Real time: others that are due don't wait for a slow one.
                    await Task.WhenAny([.. atWork.Keys, Task.Delay(Between, cancellationToken)]);
                }

                foreach (var ended in atWork.Keys.Where(task => task.IsCompleted).ToList())
                {
                    atWork.Remove(ended);
                    await ended;
                }
            }
            while (atWork.Count > 0);
        }
        finally
        {
            await Task.WhenAll(atWork.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="busy">The agencies that are being told, as often as they are.</param>
    private async Task<IReadOnlyList<SubscriptionChannel>> TakeAsync(IEnumerable<string> busy, CancellationToken cancellationToken)
    {
        var turns = busy.CountBy(agency => agency).ToDictionary(StringComparer.Ordinal);
        var free = MostAtOnce - turns.Values.Sum();
        if (free == 0)
        {
            return [];
        }

        List<string> due = [];
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            // Those of busy agencies may stand before all others.
            foreach (var channel in snapshot.DueChannels(MostOfOne, MostAtOnce * 2))
            {
                var taken = turns.GetValueOrDefault(channel.Organization);
                if (due.Count < free && taken < MostOfOne)
                {
                    turns[channel.Organization] = taken + 1;
                    due.Add(channel.Id);
                }
            }
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
            var began = Clock.GetTimestamp();
            for (var next = channel; next is not null;)
            {
                next = Clock.GetElapsedTime(began) < Turn
                    ? await delivery.NextAsync(next, calls, cancellationToken)
                    : await delivery.YieldAsync(next, cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await delivery.GiveBackAsync(channel);
            throw;
        }
        catch (Exception failure)
        {
            // Its lease ends by itself, and it keeps nobody else waiting.
            Logger.LogWarning("Subscription {Id} could not be looked after: {Failure}", channel.Id, failure.GetType().Name);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = store.Now();
        if (now >= nextSweep)
        {
            nextSweep = now + BetweenSweeps;
            await store.WriteAsOperatorAsync(
                settings.Custodian,
                transaction =>
                {
                    transaction.Channels.DropBefore(transaction.Instant - Kept);
                    return true;
                },
                cancellationToken);
        }
    }
}
