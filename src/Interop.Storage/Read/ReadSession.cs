namespace Interop.Storage.Read;

/// <summary>
/// One snapshot of the database: everything read through it belongs to the same moment. For one request and one thread at a time.
/// </summary>
public sealed class ReadSession : IAsyncDisposable
{
    private readonly ResourceStore store;
    private int isOver;

    internal ReadSession(ResourceStore store, ResourceRows rows) => (this.store, Rows) = (store, rows);

    /// <summary>What is stored, until the session is disposed.</summary>
    public ResourceRows Rows { get; }

    /// <summary>Ends the snapshot; a second time does nothing.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref isOver, 1) == 0 ? store.ReturnAsync(Rows) : ValueTask.CompletedTask;
}
