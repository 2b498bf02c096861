using Microsoft.Data.Sqlite;

namespace Interop.Storage.Tests;

public sealed class SqliteDatabase : Database
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-test-").FullName;

    public override string Setting => "sqlite:" + Path.Combine(folder, "interop.db");

    public override void Tamper(string sql) => Run("interop.db", sql);

    public override void TamperWithTrail(string sql) => Run("interop-audit.db", sql);

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
