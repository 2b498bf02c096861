using Microsoft.Data.Sqlite;

namespace Interop.Storage.Dialects;

/// <summary>SQLite asks from time to time, while a statement runs, whether to give it up; work is steps of its machine.</summary>
internal sealed class StepPatience : Patience
{
    // Steps of SQLite's machine between two questions whether to stop: some tens of microseconds, far more than the question costs.
    private const int StepsBetween = 4_000;

    // Some milliseconds: what takes longer gives way to what is short.
    private const long StepsAtOnce = 200_000;

    private long taken;

    public StepPatience(SqliteConnection connection) =>
        SQLitePCL.raw.sqlite3_progress_handler(connection.Handle, StepsBetween, _ => IsOver() ? 1 : 0, null);

    protected override bool IsSpent => taken > Most.Steps;

    public override void Begin(WorkLimit most, CancellationToken until)
    {
        base.Begin(most, until);
        taken = 0;
    }

    private bool IsOver()
    {
        taken += StepsBetween;
        if (taken > StepsAtOnce)
        {
            // Who was just woken, to answer something short, would wait for the end of this thread's slice: 3 ms and more on Linux.
            Thread.Yield();
        }

        return IsSpent || Until.IsCancellationRequested;
    }
}
