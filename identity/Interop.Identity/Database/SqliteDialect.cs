using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Interop.Identity.Database;

/// <summary>SQLite in one file, which several processes of one machine may share.</summary>
internal sealed class SqliteDialect : Dialect
{
    private const int LargestGroup = 200;

    private readonly string connectionString;

    // SQLite has one writer; who finds it taken sleeps for 150 ms before the next try. Within this process they queue instead.
    private readonly SemaphoreSlim writer = new(1, 1);
    private readonly ConcurrentQueue<Waiting> waiting = new();

    public SqliteDialect(string path)
    {
        PrivateFile.Prepare(path);
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 10 }.ToString();
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("PRAGMA journal_mode = WAL");
    }

    public override string Name => "sqlite";

    public override string ReadVersion => "PRAGMA user_version";

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// Who gets the turn runs what all who wait want, in one transaction with one flush to disk, each in a savepoint of its own; nobody
    /// is answered before the commit.
    /// </summary>
    public override async Task<int> WriteAsync(Func<DbConnection, Task<int>> work, CancellationToken cancellationToken)
    {
        var own = new Waiting(work, cancellationToken);
        waiting.Enqueue(own);
        await writer.WaitAsync(cancellationToken);
        try
        {
            while (!own.Answer.Task.IsCompleted)
            {
                await WriteAllAsync();
            }
        }
        catch (Exception failure)
        {
            own.Answer.TrySetException(failure); // and so it is not run later, when nobody waits for it any more
        }
        finally
        {
            writer.Release();
        }

        return await own.Answer.Task;
    }

    /// <summary>Nothing: whoever writes is the only one.</summary>
    public override string Lock(string name) => string.Empty;

    /// <summary>An immediate transaction: two instances that start together do not both run a script.</summary>
    public override DbTransaction BeginMigration(DbConnection connection) =>
        ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public override string WriteVersion(int number) => $"PRAGMA user_version = {number}";

    public override void Dispose() => writer.Dispose();

    private async Task WriteAllAsync()
    {
        var group = new List<(Waiting Who, int Changed)>();
        try
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync();
            await using var transaction = connection.BeginTransaction(deferred: false);
            while (group.Count < LargestGroup && waiting.TryDequeue(out var next))
            {
                group.Add((next, 0));
                group[^1] = (next, await WriteOneAsync(next, connection));
            }

            await transaction.CommitAsync();
        }
        catch (Exception failure)
        {
            // Nothing was committed; each caller must learn it.
            group.ForEach(member => member.Who.Answer.TrySetException(failure));
            throw;
        }

        group.ForEach(member => member.Who.Answer.TrySetResult(member.Changed));
    }

    private static async Task<int> WriteOneAsync(Waiting next, SqliteConnection connection)
    {
        if (next.Answer.Task.IsCompleted
            || (next.CancellationToken.IsCancellationRequested && next.Answer.TrySetCanceled(next.CancellationToken)))
        {
            return 0;
        }

        connection.Execute("SAVEPOINT one");
        try
        {
            var changed = await next.Work(connection);
            connection.Execute("RELEASE one");
            return changed;
        }
        catch (Exception failure)
        {
            connection.Execute("ROLLBACK TO one; RELEASE one");
            next.Answer.TrySetException(failure);
            return 0;
        }
    }

    private sealed record Waiting(Func<DbConnection, Task<int>> Work, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<int> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
