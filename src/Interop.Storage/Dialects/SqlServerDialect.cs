using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Interop.Storage.Migrations;
using Microsoft.Data.SqlClient;

namespace Interop.Storage.Dialects;

/// <summary>
/// SQL Server 2022 or later, which any number of servers share as they share PostgreSQL. Its statements are parsed by the product's grammar
/// in tests; none of them has run on a server of ours.
/// </summary>
internal sealed partial class SqlServerDialect : Dialect
{
    /// <summary>
    /// Text compares by its bytes, as FHIR ids must. Of the database and not of each column alone: what the driver sends is in the
    /// database's encoding, and anything but UTF-8 would lose letters.
    /// </summary>
    public const string Collation = "Latin1_General_100_BIN2_UTF8";

    // Bytes of a text beside which there may be others in a row and a key; what is longer is of another type.
    private const int ShortText = 8000;

    // The driver adds the statement and the list of its parameters to the 2,100 that a call may have.
    private const int MostOfCall = 2098;

    // What stands for numbers that have no end, which no column holds: beyond IndexKey.Number's, and two of them still make a sum.
    private const double Endless = 8e307;

    private readonly string connectionString;

    // Who this server is for those that write to the same database.
    private readonly long server = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // The driver's own networking on Windows too: its library of machine code has terms of its own and is not shipped.
    static SqlServerDialect() => AppContext.SetSwitch("Switch.Microsoft.Data.SqlClient.UseManagedNetworkingOnWindows", true);

    /// <exception cref="ArgumentException">The driver does not understand the connection string, or can't run here.</exception>
    public SqlServerDialect(string connectionString)
    {
        try
        {
            // A statement of a nation's import takes long; what is read has a limit of its own. A connection that was lost had locks, and
            // must not be replaced unseen.
            this.connectionString = new SqlConnectionStringBuilder(connectionString)
            {
                Pooling = false,
                Enlist = false,
                MultipleActiveResultSets = false,
                ConnectRetryCount = 0,
                CommandTimeout = 0,
                ApplicationName = "interop",
            }.ToString();
        }
        catch (Exception unreadable) when (
            unreadable is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException)
        {
            throw new ArgumentException("has a connection string that SQL Server's driver does not understand.");
        }

        if (!HasCultures())
        {
            throw new ArgumentException("names SQL Server, whose driver needs ICU and a .NET that is not in globalization-invariant mode.");
        }
    }

    public override (string Resources, string Trail) Migrations => ("sqlserver", "audit-sqlserver");

    public override bool IsTrailApart => false;

    public override int MostValues => MostOfCall;

    /// <summary>
    /// Not known of the calls in one message: where a deadlock undoes the transaction, those behind it could be written each by itself.
    /// </summary>
    public override bool TakesBatches => false;

    /// <summary>Of what others commit meanwhile a reader sees nothing, and waits for none of it.</summary>
    public override Sql BeginRead => $"SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION";

    public override Sql BeginWrite => $"""
        BEGIN TRANSACTION;
        DECLARE @taken INT;
        EXECUTE @taken = sp_getapplock
            @Resource = 'interop writer', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = -1;
        IF @taken < 0 BEGIN; THROW 50000, 'The lock of who writes could not be had.', 1; END
        """;

    public override Sql BeginAppend => $"BEGIN TRANSACTION";

    /// <inheritdoc cref="PostgresDialect.VersionByOthers"/>
    public override Sql VersionByOthers => $"""
        UPDATE last_writer
        SET    turns = turns + CASE WHEN server = {server} THEN 0 ELSE 1 END, server = {server}
        OUTPUT inserted.turns
        """;

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(readOnly: true, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT OBJECT_ID('schema_migration')";
        return await command.ExecuteScalarAsync(cancellationToken) is int;
    }

    /// <summary>Opens a connection; one that writes, which is the first, looks whether the database was made as it must be.</summary>
    /// <exception cref="UnsupportedSchemaException">It was not.</exception>
    public override async Task<DbConnection> OpenAsync(bool readOnly, CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (!readOnly)
            {
                await DemandAsync(connection, cancellationToken);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The trail's tables stand among the others: no statement says of which schema they are, and a login has but one.</summary>
    public override Task<DbConnection> OpenAuditAsync(bool readOnly, CancellationToken cancellationToken) =>
        OpenAsync(readOnly: true, cancellationToken);

    /// <summary>Nothing: the database does it itself.</summary>
    public override Task KeepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Analyze(Statements statements) => statements.ExecuteScript("EXECUTE sp_updatestats");

    public override Task CloseAsync() => Task.CompletedTask;

    public override Patience PatienceOf(DbConnection connection) => new TimePatience();

    /// <summary>Nothing: the database knows a text that it has seen; what the driver prepares stays until its connection ends.</summary>
    public override void Prepare(DbCommand command)
    {
    }

    public override void Unprepare(DbConnection connection)
    {
    }

    public override DbDataReader Rows(DbDataReader reader) => new WideReader(reader);

    /// <summary>
    /// Always with type and size, so that a text has one plan: what the driver chooses by itself is wide text of the value's length, for
    /// which the database converts the column and not the value.
    /// </summary>
    public override void Bind(DbParameter parameter, object value)
    {
        var typed = (SqlParameter)parameter;
        (typed.SqlDbType, typed.Size, typed.Value) = value switch
        {
            string text => (SqlDbType.VarChar, Encoding.UTF8.GetByteCount(text) <= ShortText ? ShortText : -1, value),
            long => (SqlDbType.BigInt, 0, value),
            double number => (SqlDbType.Float, 0, double.IsInfinity(number) ? Math.CopySign(Endless, number) : value),
            byte[] => (SqlDbType.VarBinary, -1, value),
            DBNull => (SqlDbType.VarChar, ShortText, value),
            SqlNull => (SqlDbType.BigInt, 0, DBNull.Value),
            _ => throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "No column holds this."),
        };
    }

    /// <summary><c>key</c> is a word of the language here, and texts are put together by a plus.</summary>
    public override string Spelled(string statement) =>
        OtherWords().Replace(statement, static word => word.Value == "||" ? "+" : $"[{word.Value}]");

    public override Sql Page(int count) => $"OFFSET 0 ROWS FETCH NEXT {Sql.Number(count)} ROWS ONLY";

    /// <summary>Only what has an order has first rows.</summary>
    public override Sql Limit(int count) => $"ORDER BY (SELECT NULL) {Page(count)}";

    public override Sql IndexedBy(string index) => Sql.Empty;

    public override Sql Texts(IEnumerable<SqlValue> texts, Sql alias) => $"(VALUES {RowsOf(texts)}) {alias} (column1)";

    /// <summary>As long as it comes: of a column of 64 bytes the result would have 8,000.</summary>
    public override Sql Together(Sql text) => $"STRING_AGG(CAST({text} AS VARCHAR(MAX)), ' ')";

    /// <summary>Not COALESCE, which here asks its first argument twice.</summary>
    public override Sql OrZero(Sql number) => $"ISNULL({number}, 0)";

    public override Sql Inserted(Sql table, Sql values, Sql number) =>
        $"INSERT INTO {table} OUTPUT inserted.{number} VALUES ({values})";

    public override Sql Savepoint(string name) => $"SAVE TRANSACTION {Sql.Name(name)}";

    public override Sql RollbackTo(string name) => $"ROLLBACK TRANSACTION {Sql.Name(name)}";

    /// <summary>A later mark of the same name counts for the earlier one.</summary>
    public override Sql Release(string name) => Sql.Empty;

    public override string JournalOf(string files) => files == Migrations.Trail ? "trail_migration" : base.JournalOf(files);

    public override Sql MakeJournal(Sql journal) =>
        $"IF OBJECT_ID('{journal}') IS NULL CREATE TABLE {journal} (number INT NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL)";

    /// <summary>From a list of all root elements, since what gives one by its name gives either texts or trees.</summary>
    public override Sql Element(Sql body, string name) => $"""
        (SELECT CASE j.type WHEN 1 THEN N'"' + STRING_ESCAPE(j.value, 'json') + N'"' ELSE j.value END
         FROM   OPENJSON(CAST({body} AS VARCHAR(MAX))) j
         WHERE  j.key = {name})
        """;

    public override Sql ClaimChain(int chain) => $"""
        DECLARE @taken INT;
        EXECUTE @taken = sp_getapplock
            @Resource = 'interop chain {Sql.Number(chain)}', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0;
        IF @taken < -1 BEGIN; THROW 50000, 'The lock of a chain could not be had.', 1; END;
        SELECT 1 WHERE @taken >= 0
        """;

    /// <summary>What is wrong with a database, and the statement that mends it.</summary>
    internal static string? ObjectionTo(string? collation, bool hasSnapshots, bool readsCommittedSnapshots)
    {
        var wrong = new List<string>();
        if (collation != Collation)
        {
            wrong.Add($"It must be made with COLLATE {Collation}, which can't be changed later.");
        }

        if (!hasSnapshots)
        {
            wrong.Add("Run ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON.");
        }

        if (!readsCommittedSnapshots)
        {
            wrong.Add("Run ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE.");
        }

        return wrong.Count == 0 ? null : "The database is not as this program needs it. " + string.Join(' ', wrong);
    }

    /// <summary>Not changed here: it concerns whoever else uses the database, and wants rights that a server should not have.</summary>
    private static async Task DemandAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT collation_name, snapshot_isolation_state, is_read_committed_snapshot_on FROM sys.databases WHERE database_id = DB_ID()
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var collation = reader.IsDBNull(0) ? null : reader.GetString(0);
        if (ObjectionTo(collation, reader.GetByte(1) == 1, reader.GetBoolean(2)) is { } objection)
        {
            throw new UnsupportedSchemaException(objection);
        }
    }

    /// <summary>As the driver asks it when a connection is opened.</summary>
    private static bool HasCultures()
    {
        try
        {
            return !CultureInfo.GetCultureInfo("en-US").EnglishName.Contains("Invariant", StringComparison.Ordinal);
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\bkey\b|\|\|", RegexOptions.CultureInvariant)]
    private static partial Regex OtherWords();
}
