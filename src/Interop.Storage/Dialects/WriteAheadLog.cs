using System.Data.Common;

namespace Interop.Storage.Dialects;

/// <summary>
/// Carries what was committed from SQLite's write-ahead log into the file, little by little and on a connection of its own. A writer that
/// does it itself every thousand pages stands still for two flushes of the disk, and with it everybody who waits for it.
/// </summary>
internal sealed class WriteAheadLog : IAsyncDisposable
{
    /// <summary>
    /// Where the writer does it all the same (https://sqlite.org/pragma.html#pragma_wal_autocheckpoint): only it can begin the log anew
    /// while there is always something to write. Almost all is carried over by then.
    /// </summary>
    public const int MostPages = 8_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    /// <param name="connection">May write; is closed at the end.</param>
    public WriteAheadLog(DbConnection connection) => running = Task.Run(() => RunAsync(connection));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(DbConnection connection)
    {
        await using var opened = connection;
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    await command.ExecuteNonQueryAsync(CancellationToken.None);
                }
                catch (DbException)
                {
                    // Nothing is lost, it is all in the log; a machine that can't store tells it to whoever writes.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store is closed.
        }
    }
}
