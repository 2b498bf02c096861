using System.Data.Common;
using System.Diagnostics;

namespace Interop.Storage.Dialects;

/// <summary>
/// A database on the network is told to cancel a statement, by the token or when the time is over that all statements together may take.
/// </summary>
internal sealed class TimePatience : Patience, IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Timer timer;
    private CancellationTokenRegistration registration;
    private DbCommand? running;
    private TimeSpan taken;
    private long startedAt;

    public TimePatience() => timer = new(static patience => ((TimePatience)patience!).Stop(), this, Timeout.Infinite, Timeout.Infinite);

    protected override bool IsSpent => Most.Time != Timeout.InfiniteTimeSpan && taken >= Most.Time;

    public override void Begin(WorkLimit most, CancellationToken until)
    {
        base.Begin(most, until);
        taken = TimeSpan.Zero;
    }

    public override void Starts(DbCommand command)
    {
        startedAt = Stopwatch.GetTimestamp();
        running = command;
        if (Most.Time != Timeout.InfiniteTimeSpan)
        {
            timer.Change(Most.Time > taken ? Most.Time - taken : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        if (Until.CanBeCanceled)
        {
            registration = Until.UnsafeRegister(static patience => ((TimePatience)patience!).Stop(), this);
        }
    }

    public override void Ends()
    {
        if (running is null)
        {
            return;
        }

        lock (gate)
        {
            // Nobody stops it any more: what runs next on the connection is another statement.
            running = null;
        }

        taken += Stopwatch.GetElapsedTime(startedAt);
        registration.Dispose();
        registration = default;
        if (Most.Time != Timeout.InfiniteTimeSpan || Until.IsCancellationRequested)
        {
            timer.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    public void Dispose() => timer.Dispose();

    private void Stop()
    {
        lock (gate)
        {
            if (running is not null)
            {
                // Again, should the statement not have begun when the database was told.
                timer.Change(BetweenTries, Timeout.InfiniteTimeSpan);
                running.Cancel();
            }
        }
    }
}
