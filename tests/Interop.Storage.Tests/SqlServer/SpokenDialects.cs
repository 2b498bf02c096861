using System.Collections.Concurrent;
using Interop.Storage.Dialects;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>SQLite, to which nothing is said that SQL Server would not understand in its own words.</summary>
internal sealed class SpokenSqliteDialect(string path) : SqliteDialect(path)
{
    // What only a trail in a file of its own needs.
    private static readonly string[] Apart = ["taken", "audit_before"];

    public override SqlText Write(Sql sql)
    {
        var statement = base.Write(sql);
        if (!Apart.Any(table => statement.Text.Contains($" {table} ", StringComparison.Ordinal)))
        {
            Spoken.Demand(sql, statement);
        }

        return statement;
    }
}

/// <summary>PostgreSQL, with the same.</summary>
internal sealed class SpokenPostgresDialect(string connectionString) : PostgresDialect(connectionString)
{
    public override SqlText Write(Sql sql)
    {
        var statement = base.Write(sql);
        Spoken.Demand(sql, statement);
        return statement;
    }
}

internal static class Spoken
{
    // A statement with the same words here has the same words there.
    private static readonly ConcurrentDictionary<string, bool> Taken = new(StringComparer.Ordinal);

    public static SqlServerDialect SqlServer { get; } = new("Server=nowhere;Database=interop");

    /// <param name="written">The statement for the database that is there.</param>
    /// <exception cref="Xunit.Sdk.XunitException">SQL Server would refuse it.</exception>
    public static void Demand(Sql sql, SqlText written)
    {
        if (!Taken.ContainsKey(written.Text))
        {
            ServerGrammar.Demand(sql.Flatten(SqlServer));
            Taken.TryAdd(written.Text, true);
        }
    }
}
