using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Interop.Identity.Tables;

/// <summary>SQLite in one file, which several processes of one machine may share.</summary>
internal sealed class SqliteDialect : Dialect
{
    private readonly string connectionString;

    // SQLite has one writer; who finds it taken sleeps for 150 ms before the next try. Within this process they queue instead.
    private readonly SemaphoreSlim writer = new(1, 1);

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

    public override async Task<int> WriteAsync(Func<DbConnection, Task<int>> work, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        try
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = connection.BeginTransaction(deferred: false);
            var changed = await work(connection);
            await transaction.CommitAsync(cancellationToken);
            return changed;
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>Nothing: whoever writes is the only one.</summary>
    public override string Lock(string name) => string.Empty;

    /// <summary>An immediate transaction: two instances that start together do not both run a script.</summary>
    public override DbTransaction BeginMigration(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public override string WriteVersion(int number) => $"PRAGMA user_version = {number}";

    public override void Dispose() => writer.Dispose();
}
