using System.Diagnostics;

namespace Interop.Storage.Read;

/// <summary>
/// One snapshot of the database: everything read through it belongs to the same moment. For one request and one thread at a time.
/// </summary>
public sealed class ReadSession : IAsyncDisposable
{
    private readonly ResourceStore store;
    private readonly long begun = Stopwatch.GetTimestamp();
    private int isOver;

    internal ReadSession(ResourceStore store, ResourceRows rows)
    {
        (this.store, Rows) = (store, rows);
        StorageMetrics.SnapshotsOpen.Add(1);
    }

    /// <summary>What is stored, until the session is disposed.</summary>
    public ResourceRows Rows { get; }

    /// <summary>Ends the snapshot; a second time does nothing.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isOver, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        StorageMetrics.SnapshotsOpen.Add(-1);
        StorageMetrics.Took("snapshot", begun);
        return store.ReturnAsync(Rows);
    }
}
