using System.Diagnostics;
using Npgsql;

namespace Interop.Testing;

/// <summary>
/// A throwaway PostgreSQL of this process, or the server that <c>INTEROP_TEST_POSTGRES</c> names; each test gets a database of its own.
/// </summary>
public sealed class PostgresCluster
{
    private const string Setting = "INTEROP_TEST_POSTGRES";

    // Listens on a socket file in its own folder, so that there is no port that others could have.
    // Ends with this process, however it ends: the shell waits for the pipe from it to close, then stops the server and cleans up.
    private const string Script = """
        "$BIN/initdb" --pgdata="$DATA" --username=postgres --auth=trust --no-sync --encoding=UTF8 --no-locale >/dev/null || exit 1
        "$BIN/postgres" -D "$DATA" -k "$DATA" -h "" -c fsync="$FSYNC" -c max_connections=300 >"$DATA/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -QUIT $server
        wait $server
        rm -rf "$DATA"
        """;

    private static readonly Lazy<Task<PostgresCluster>> One = new(StartAsync);

    private readonly string connectionString;
    private readonly Process? shell;

    private PostgresCluster(string connectionString, Process? shell)
    {
        this.connectionString = connectionString;
        this.shell = shell;
    }

    /// <summary>Whether commits wait for the disk: for measurements, before the first database is made.</summary>
    public static bool IsDurable { get; set; }

    /// <summary>Whether there is a PostgreSQL to test with. CI must have one: there the tests run, and fail without.</summary>
    public static bool IsPresent => Given is not null || Binaries is not null || Repository.IsContinuousIntegration;

    private static string? Given => Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } text ? text : null;

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
        : null;

    /// <summary>The connection string of a new database.</summary>
    /// <param name="template">That of another one, to which nobody is connected and whose copy it is; it is empty without.</param>
    public static async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var cluster = await One.Value;
        var name = "interop_" + Guid.NewGuid().ToString("N");
        var copied = template is null ? string.Empty : $" TEMPLATE {new NpgsqlConnectionStringBuilder(template).Database}";
        await cluster.RunAsync($"CREATE DATABASE {name}{copied}");
        return new NpgsqlConnectionStringBuilder(cluster.connectionString) { Database = name, MaxPoolSize = 20 }.ToString();
    }

    public static async Task DropDatabaseAsync(string connectionString) =>
        await (await One.Value).RunAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    private static async Task<PostgresCluster> StartAsync()
    {
        if (Given is { } given)
        {
            return new(given, null);
        }

        var binaries = Binaries ?? throw new InvalidOperationException($"PostgreSQL is not installed, and {Setting} is not set.");
        var data = Directory.CreateTempSubdirectory("interop-postgres-").FullName;
        var start = new ProcessStartInfo("sh", ["-c", Script]) { RedirectStandardInput = true };
        if (Environment.UserName == "root")
        {
            // PostgreSQL refuses to run as root.
            using var owner = Process.Start("chown", ["postgres", data]);
            await owner.WaitForExitAsync();
            start = new ProcessStartInfo("runuser", ["-u", "postgres", "--", "sh", "-c", Script]) { RedirectStandardInput = true };
        }

        start.Environment["FSYNC"] = IsDurable ? "on" : "off";
        start.Environment["BIN"] = binaries;
        start.Environment["DATA"] = data;
        start.WorkingDirectory = "/";
        var cluster = new PostgresCluster($"Host={data};Username=postgres;Database=postgres", Process.Start(start)!);
        await cluster.AnswersAsync();
        return cluster;
    }

    private async Task AnswersAsync()
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await RunAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException)
                when (shell!.HasExited
                    ? throw new InvalidOperationException("PostgreSQL did not start.")
                    : patience.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
        }
    }

    private async Task RunAsync(string sql)
    {
        await using var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
