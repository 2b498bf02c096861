using System.Data.Common;

namespace Interop.Identity.Database;

/// <summary>Everything in which the two databases differ, and nothing else.</summary>
internal abstract class Dialect : IDisposable
{
    /// <summary>The middle part of the names of its migration files.</summary>
    public abstract string Name { get; }

    /// <summary>The number of the newest migration that the database has had; 0 for none.</summary>
    public abstract string ReadVersion { get; }

    public static Dialect Of(IdentitySettings settings) =>
        settings.SqlitePath is { } path ? new SqliteDialect(path) : new PostgresDialect(settings.PostgresConnection!);

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Runs the work in one transaction, in which no half of it becomes visible.</summary>
    public abstract Task<int> WriteAsync(Func<DbConnection, Task<int>> work, CancellationToken cancellationToken);

    /// <summary>A statement that keeps out all who lock the same name, until the transaction ends.</summary>
    public abstract string Lock(string name);

    /// <summary>Begins a transaction that no other instance's migration runs beside.</summary>
    public abstract DbTransaction BeginMigration(DbConnection connection);

    public abstract string WriteVersion(int number);

    public abstract void Dispose();
}
