using System.Globalization;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Settings;

namespace Interop.Server.Tasks;

/// <summary>
/// Does what was due: each in a transaction that also takes it out of the queue, so that it is done once however many servers look, and all
/// the same where one of them stops in between.
/// </summary>
internal sealed class Deadlines(
    GuardedStore store, IEnumerable<IDeadline> deadlines, InteropSettings settings, TimeProvider clock, ILogger<Deadlines> logger)
    : PeriodicWork(TimeSpan.FromSeconds(5), "Deadlines could not be looked for", clock, logger)
{
    // What can't be done now must not keep the others waiting.
    private static readonly TimeSpan Postponed = TimeSpan.FromMinutes(10);

    /// <summary>Does all that is due by now, one of each kind in turn: many of one keep no other waiting.</summary>
    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        var waiting = deadlines.ToList();
        while (waiting.Count > 0)
        {
            foreach (var deadline in waiting.ToList())
            {
                if (await IsDueAsync(deadline.Kind, cancellationToken))
                {
                    await PassAsync(deadline, cancellationToken);
                }
                else
                {
                    waiting.Remove(deadline);
                }
            }
        }
    }

    private async Task<bool> IsDueAsync(string kind, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        return snapshot.Due(kind, 1).Count > 0;
    }

    private async Task PassAsync(IDeadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsOperatorAsync(settings.Custodian, transaction => Take(transaction, deadline.Pass), cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Logger.LogWarning("A {Deadline} could not be done and waits: {Failure}", deadline.Kind, failure.GetType().Name);
            var later = store.Now() + Postponed.InMicroseconds();
            await store.WriteAsOperatorAsync(
                settings.Custodian,
                transaction => Take(
                    transaction, (_, task, due) => transaction.Enqueue(deadline.Kind, task.ToString(), later, Detail(due))),
                cancellationToken);
        }

        bool Take(GuardedTransaction transaction, Action<GuardedTransaction, ResourceKey, long> work)
        {
            if (transaction.Due(deadline.Kind, 1) is not [var row])
            {
                return false; // another server was quicker
            }

            transaction.Done(row.Number);
            work(transaction, ResourceKey.TryParse(row.Target)!.Value, long.Parse(row.Detail, CultureInfo.InvariantCulture));
            return true;
        }
    }

    /// <summary>Lets a deadline wait for its time.</summary>
    /// <param name="at">When it passes, UTC microseconds.</param>
    /// <param name="due">What the Task says, by which it is known again.</param>
    public static void Set(GuardedTransaction transaction, string kind, ResourceKey task, long at, long due) =>
        transaction.Enqueue(kind, task.ToString(), at, Detail(due));

    private static string Detail(long due) => due.ToString(CultureInfo.InvariantCulture);
}
