using Microsoft.Data.SqlClient;

namespace Interop.Testing;

/// <summary>
/// An SQL Server to test with, whose login may make databases: the connection string in <c>INTEROP_TEST_SQLSERVER</c>. None can be
/// installed here.
/// </summary>
public static class SqlServerInstance
{
    public const string Setting = "INTEROP_TEST_SQLSERVER";

    public static bool IsPresent => Given is not null;

    private static string? Given => Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } text ? text : null;

    /// <summary>The connection string of a new database, made as docs/operations.md says.</summary>
    public static string CreateDatabase()
    {
        var name = "interop_" + Guid.NewGuid().ToString("N");
        Run(Given!, $"CREATE DATABASE {name} COLLATE Latin1_General_100_BIN2_UTF8");
        Run(Given!, $"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON");
        Run(Given!, $"ALTER DATABASE {name} SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE");
        return new SqlConnectionStringBuilder(Given) { InitialCatalog = name }.ToString();
    }

    public static void DropDatabase(string connectionString)
    {
        var name = new SqlConnectionStringBuilder(connectionString).InitialCatalog;
        Run(Given!, $"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
        Run(Given!, $"DROP DATABASE {name}");
    }

    public static void Run(string connectionString, string sql)
    {
        using var connection = new SqlConnection(new SqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
