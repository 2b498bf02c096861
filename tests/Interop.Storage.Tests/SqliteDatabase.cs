using Interop.Storage.Tests.SqlServer;
using Microsoft.Data.Sqlite;

namespace Interop.Storage.Tests;

public sealed class SqliteDatabase : Database
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-test-").FullName;

    public override string Setting => "sqlite:" + Location;

    private string Location => Path.Combine(folder, "interop.db");

    /// <inheritdoc cref="SpokenSqliteDialect"/>
    public override Task<ResourceStore> OpenAsync() =>
        ResourceStore.OpenAsync(new SpokenSqliteDialect(Location), StoreLimits.Usual, CancellationToken.None);

    public override void Tamper(string sql) => Run("interop.db", sql);

    public override void TamperWithTrail(string sql) => Run("interop-audit.db", sql);

    /// <summary>The columns of all tables of both files, and whether they may be null.</summary>
    internal IReadOnlyList<(string Table, string Name, bool IsNull)> Columns() =>
    [
        .. new[] { "interop.db", "interop-audit.db" }.SelectMany(file =>
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, file)};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT t.name, c.name, c."notnull" = 0 AND c.pk = 0
                FROM   sqlite_schema t JOIN pragma_table_info(t.name) c
                WHERE  t.type = 'table'
                """;
            using var reader = command.ExecuteReader();
            var columns = new List<(string, string, bool)>();
            while (reader.Read())
            {
                columns.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
            }

            return columns;
        }),
    ];

    private void Run(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override void Dispose() => Directory.Delete(folder, recursive: true);
}
