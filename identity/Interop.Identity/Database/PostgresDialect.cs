using System.Data.Common;
using Dapper;
using Npgsql;

namespace Interop.Identity.Database;

/// <summary>PostgreSQL 15 or later, which any number of instances share.</summary>
internal sealed class PostgresDialect(string connectionString) : Dialect
{
    private const long MigrationLock = 0x696E7465726F70;

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(Prepared(connectionString));

    public override string Name => "postgres";

    public override string ReadVersion => "SELECT COALESCE(MAX(number), 0) FROM schema_version";

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await source.OpenConnectionAsync(cancellationToken);

    /// <summary>The statements of one command are one transaction already (PostgreSQL documentation, section 55.2.2.1).</summary>
    public override async Task<int> WriteAsync(Func<DbConnection, Task<int>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    }

    public override string Lock(string name) => $"SELECT pg_advisory_xact_lock(hashtext('{name}'));";

    public override DbTransaction BeginMigration(DbConnection connection)
    {
        var transaction = connection.BeginTransaction();
        connection.Execute("SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, transaction);
        connection.Execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY)", transaction: transaction);
        return transaction;
    }

    public override string WriteVersion(int number) => $"INSERT INTO schema_version (number) VALUES ({number})";

    public override void Dispose() => source.Dispose();

    /// <summary>Plans are kept on the server, unless the connection string says otherwise (some connection poolers can't).</summary>
    private static string Prepared(string text)
    {
        var said = new DbConnectionStringBuilder { ConnectionString = text };
        var settings = new NpgsqlConnectionStringBuilder(text) { ApplicationName = "interop-identity" };
        settings.MaxAutoPrepare = said.ContainsKey("Max Auto Prepare") ? settings.MaxAutoPrepare : 40;
        return settings.ToString();
    }
}
