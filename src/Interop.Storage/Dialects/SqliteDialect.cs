using System.Data.Common;
using Interop.Hosting;
using Microsoft.Data.Sqlite;

namespace Interop.Storage.Dialects;

/// <summary>SQLite in one file: write-ahead log, one writer, readers in parallel, each commit durable.</summary>
internal class SqliteDialect : Dialect
{
    // SQLITE_DBCONFIG_ENABLE_QPSG (https://sqlite.org/c3ref/c_dbconfig_enable_qpsg.html): one plan per statement whatever is bound to it.
    // Without it SQLite prepares a statement again each time a parameter changes that it had looked at: 130 us instead of 10 for a read.
    private const int StablePlans = 1007;

    private readonly string path;
    private readonly bool isTemporary;
    private readonly List<WriteAheadLog> logs = [];

    public SqliteDialect(string path)
    {
        isTemporary = path == ":memory:";
        this.path = isTemporary ? Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db") : path;
    }

    public override (string Resources, string Trail) Migrations => ("sqlite", "audit");

    public override bool IsTrailApart => true;

    public override Sql BeginRead => $"BEGIN";

    public override Sql BeginWrite => $"BEGIN IMMEDIATE";

    public override Sql BeginAppend => BeginWrite;

    public override Sql VersionByOthers => $"SELECT data_version FROM pragma_data_version";

    public override Task<bool> ExistsAsync(CancellationToken cancellationToken) => Task.FromResult(File.Exists(path));

    public override Task<DbConnection> OpenAsync(bool readOnly, CancellationToken cancellationToken) =>
        OpenAsync(path, readOnly, cancellationToken);

    public override Task<DbConnection> OpenAuditAsync(bool readOnly, CancellationToken cancellationToken) =>
        OpenAsync(AuditPath(path), readOnly, cancellationToken);

    public override async Task KeepAsync(CancellationToken cancellationToken)
    {
        logs.Add(new(await OpenAsync(readOnly: false, cancellationToken)));
        logs.Add(new(await OpenAuditAsync(readOnly: false, cancellationToken)));
    }

    /// <summary>The trail lies beside the database: <c>interop-audit.db</c> beside <c>interop.db</c>.</summary>
    internal static string AuditPath(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-audit{Path.GetExtension(path)}");

    private static async Task<DbConnection> OpenAsync(string path, bool readOnly, CancellationToken cancellationToken)
    {
        if (!readOnly)
        {
            PrivateFile.Prepare(path);
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, ForeignKeys = false, DefaultTimeout = 30 };
        var connection = new SqliteConnection(settings.ToString());
        await connection.OpenAsync(cancellationToken);
        SQLitePCL.raw.sqlite3_db_config(connection.Handle, StablePlans, 1, out _);
        await using var command = connection.CreateCommand();

        // FULL: an acknowledged write survives a loss of power, not only of the process.
        command.CommandText = $"""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = {WriteAheadLog.MostPages};
            PRAGMA busy_timeout = 30000;
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 1073741824;
            PRAGMA cache_size = {(readOnly ? -16000 : -64000)};
            PRAGMA query_only = {(readOnly ? 1 : 0)};
            """;
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    /// <summary>What the planner should believe is in the migrations: a plan must not depend on what is stored.</summary>
    public override void Analyze(Statements statements)
    {
    }

    public override Patience PatienceOf(DbConnection connection) => new StepPatience((SqliteConnection)connection);

    public override void Bind(DbParameter parameter, object value) =>
        parameter.Value = value is SqlNull ? DBNull.Value : value;

    public override void Unprepare(DbConnection connection)
    {
        // Its commands are disposed, and with them what they prepared.
    }

    public override async Task CloseAsync()
    {
        foreach (var log in logs)
        {
            await log.DisposeAsync();
        }

        if (isTemporary)
        {
            foreach (var file in new[] { path, AuditPath(path) })
            {
                File.Delete(file);
                File.Delete(file + "-wal");
                File.Delete(file + "-shm");
            }
        }
    }

    public override Sql Page(int count) => $"LIMIT {count}";

    public override Sql IndexedBy(string index) => $"INDEXED BY {Sql.Name(index)}";

    public override Sql Element(Sql body, string name) => $"CAST({body} AS TEXT) -> {"$." + name}";

    /// <summary>There is one chain: who writes the file is alone at it.</summary>
    public override Sql ClaimChain(int chain) => $"SELECT 1";
}
