using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Interop.Storage.Dialects;

/// <summary>
/// PostgreSQL 15 or later, which any number of servers share: readers on snapshots, writers one after the other, the trail in a schema of
/// its own.
/// </summary>
internal class PostgresDialect : Dialect
{
    // One plan for a statement whatever is bound to it and however much is stored: along indexes, in the order in which the tables stand in
    // it. A plan that reads a table whole, to hash it or to sort it, would visit what the reader may not see. Compiling plans takes longer
    // than what they do. A server that is gone is noticed, and its statement ended.
    private const string Planning =
        "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
            + "-c enable_material=off -c client_connection_check_interval=5s";

    // Numbers of advisory locks (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS): who writes, and, with a
    // number for each, who adds to a chain. A database may hold several of ours, each in a schema.
    private readonly long writer;
    private readonly int chains;

    private readonly string ownSchema;
    private readonly string trailSchema;
    private readonly NpgsqlDataSource reading;
    private readonly NpgsqlDataSource writing;
    private readonly NpgsqlDataSource trail;

    // Who this server is for those that write to the same database.
    private readonly long server = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <exception cref="ArgumentException">The driver does not understand the connection string; the message does not quote it.</exception>
    public PostgresDialect(string connectionString)
    {
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new(connectionString) { Pooling = false, Enlist = false, ApplicationName = "interop", MaxAutoPrepare = 0 };
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ArgumentException("has a connection string that PostgreSQL's driver does not understand.");
        }

        ownSchema = given.SearchPath?.Split(',')[0].Trim(' ', '"') is { Length: > 0 } path ? path : "public";
        trailSchema = $"{ownSchema}_trail";
        var locks = SHA256.HashData(Encoding.UTF8.GetBytes($"interop {ownSchema}"));
        (writer, chains) = (BitConverter.ToInt64(locks, 0), BitConverter.ToInt32(locks, sizeof(long)) & int.MaxValue);
        given.KeepAlive = given.KeepAlive == 0 ? 30 : given.KeepAlive;
        reading = Source(given, $"{Planning} -c default_transaction_read_only=on");

        // A server that stands still in the middle of a write lets the others go on.
        writing = Source(given, $"{Planning} -c idle_in_transaction_session_timeout=60s");
        trail = Source(given, "-c idle_in_transaction_session_timeout=60s", $"{Quoted(trailSchema)},{Quoted(ownSchema)}");
    }

    public override (string Resources, string Trail) Migrations => ("postgres", "audit-postgres");

    public override bool IsTrailApart => false;

    public override Sql BeginRead => $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    public override Sql BeginWrite => $"BEGIN; SELECT pg_advisory_xact_lock({writer})";

    public override Sql BeginAppend => $"BEGIN";

    /// <summary>How often the writer was another than before: whose turn is not the one that it took last, finds others' work.</summary>
    public override Sql VersionByOthers => $"""
        UPDATE last_writer
        SET    turns = turns + CASE WHEN server = {server} THEN 0 ELSE 1 END, server = {server}
        RETURNING turns
        """;

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await reading.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT to_regclass('schema_migration') IS NOT NULL";
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Opens a connection; one that writes, which is the first, makes the schemas where they are missing.</summary>
    public override async Task<DbConnection> OpenAsync(bool readOnly, CancellationToken cancellationToken)
    {
        if (readOnly)
        {
            return await reading.OpenConnectionAsync(cancellationToken);
        }

        // Alone: two that make them at once are not both told that they are there.
        var connection = await writing.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"""
            BEGIN;
            SELECT pg_advisory_xact_lock({writer});
            CREATE SCHEMA IF NOT EXISTS {Quoted(ownSchema)};
            CREATE SCHEMA IF NOT EXISTS {Quoted(trailSchema)};
            COMMIT
            """;
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    public override async Task<DbConnection> OpenAuditAsync(bool readOnly, CancellationToken cancellationToken) =>
        await trail.OpenConnectionAsync(cancellationToken);

    /// <summary>Nothing: the database's own autovacuum does it.</summary>
    public override Task KeepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Analyze(Statements statements) => statements.ExecuteScript("ANALYZE");

    public override async Task CloseAsync()
    {
        await reading.DisposeAsync();
        await writing.DisposeAsync();
        await trail.DisposeAsync();
    }

    public override Patience PatienceOf(DbConnection connection) => new TimePatience();

    /// <summary>Null is a text unless it says otherwise. A text has no NUL in it, which PostgreSQL does not take.</summary>
    public override void Bind(DbParameter parameter, object value)
    {
        var typed = (NpgsqlParameter)parameter;
        (typed.NpgsqlDbType, typed.Value) = value switch
        {
            string text => (NpgsqlDbType.Text, Readable(text)),
            long => (NpgsqlDbType.Bigint, value),
            double => (NpgsqlDbType.Double, value),
            byte[] => (NpgsqlDbType.Bytea, value),
            DBNull => (NpgsqlDbType.Text, value),
            SqlNull => (NpgsqlDbType.Bigint, DBNull.Value),
            _ => throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "No column holds this."),
        };
    }

    public override void Unprepare(DbConnection connection) => ((NpgsqlConnection)connection).UnprepareAll();

    /// <summary>As a literal: of a parameter the planner does not know how few rows are wanted.</summary>
    public override Sql Page(int count) => $"LIMIT {Sql.Number(count)}";

    public override Sql IndexedBy(string index) => Sql.Empty;

    /// <summary>As json and not jsonb: that takes no text with a NUL in it, and would refuse all of the statement.</summary>
    public override Sql Element(Sql body, string name) => $"(convert_from({body}, 'UTF8')::json -> {name})::text";

    public override Sql ClaimChain(int chain) => $"SELECT 1 WHERE pg_try_advisory_lock({Sql.Number(chains)}, {Sql.Number(chain)})";

    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder given, string options, string? searchPath = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(given.ToString())
        {
            Options = string.Join(' ', new[] { given.Options, options }.Where(part => !string.IsNullOrEmpty(part))),
            CommandTimeout = 0, // a batch of a nation's import takes long; what is read has a limit of its own
        };
        settings.SearchPath = searchPath ?? settings.SearchPath;
        return NpgsqlDataSource.Create(settings);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Readable(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            text = text.Replace('\0', '\uFFFD');
        }

        // Half a surrogate pair is no character either.
        return text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
    }
}
