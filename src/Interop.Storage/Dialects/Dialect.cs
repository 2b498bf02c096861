using System.Data.Common;

namespace Interop.Storage.Dialects;

/// <summary>Everything in which the databases differ, and nothing else.</summary>
internal abstract class Dialect
{
    /// <summary>The middle part of the names of its migration files, and the same of those of the trail.</summary>
    public abstract (string Resources, string Trail) Migrations { get; }

    /// <summary>
    /// Whether the trail is a database of its own. Else a pending row of it is taken over in one transaction, by whichever server finds it.
    /// </summary>
    public abstract bool IsTrailApart { get; }

    /// <summary>
    /// The dialect of a setting: <c>sqlite:PATH</c>, <c>postgres:CONNECTION STRING</c> or <c>sqlserver:CONNECTION STRING</c>.
    /// </summary>
    /// <exception cref="ArgumentException">It names no database that we know; the message is for the operator.</exception>
    public static Dialect Of(string database) => database.Split(':', 2) switch
    {
        ["sqlite", { Length: > 0 } path] => new SqliteDialect(path),
        ["postgres", { Length: > 0 } connection] => new PostgresDialect(connection),
        ["sqlserver", { Length: > 0 } connection] => new SqlServerDialect(connection),
        _ => throw new ArgumentException("must be sqlite:PATH, postgres:CONNECTION STRING or sqlserver:CONNECTION STRING."),
    };

    /// <summary>Whether the database has ever been opened: who only looks makes none.</summary>
    public abstract Task<bool> ExistsAsync(CancellationToken cancellationToken);

    public abstract Task<DbConnection> OpenAsync(bool readOnly, CancellationToken cancellationToken);

    /// <summary>A connection to the database of the audit trail.</summary>
    public abstract Task<DbConnection> OpenAuditAsync(bool readOnly, CancellationToken cancellationToken);

    /// <summary>Begins what the database needs to have done from time to time, until it is closed.</summary>
    public abstract Task KeepAsync(CancellationToken cancellationToken);

    /// <summary>Tells the planner what there is, after much of it has come at once.</summary>
    public abstract void Analyze(Statements statements);

    public abstract Task CloseAsync();

    /// <summary>How a statement of this connection is given up while it runs.</summary>
    public abstract Patience PatienceOf(DbConnection connection);

    /// <summary>The statement in words of this database.</summary>
    public virtual SqlText Write(Sql sql) => sql.Flatten(this);

    /// <summary>A whole statement as this database spells it.</summary>
    public virtual string Spelled(string statement) => statement;

    /// <summary>Values that one statement may have.</summary>
    public virtual int MostValues => ushort.MaxValue;

    /// <summary>Whether of several statements in one message none runs after one that failed.</summary>
    public virtual bool TakesBatches => true;

    /// <summary>A statement that will run again gets its plan.</summary>
    public virtual void Prepare(DbCommand command) => command.Prepare();

    /// <summary>The rows of a reader that gives any whole number as a long.</summary>
    public virtual DbDataReader Rows(DbDataReader reader) => reader;

    /// <summary>Puts a value into a parameter, whose type stays the same for all the values that it gets.</summary>
    public abstract void Bind(DbParameter parameter, object value);

    /// <summary>The connection forgets the statements that it prepared.</summary>
    public abstract void Unprepare(DbConnection connection);

    /// <inheritdoc cref="Sql.Page"/>
    public abstract Sql Page(int count);

    /// <inheritdoc cref="Sql.Limit"/>
    public virtual Sql Limit(int count) => Page(count);

    /// <summary>For FROM, a table of the texts in the column <c>column1</c>.</summary>
    public virtual Sql Texts(IEnumerable<SqlValue> texts, Sql alias) => $"(VALUES {RowsOf(texts)}) {alias}";

    /// <summary>Of an aggregate's group, the texts with spaces between them.</summary>
    public virtual Sql Together(Sql text) => $"string_agg({text}, ' ')";

    /// <summary>A number, or 0 for none.</summary>
    public virtual Sql OrZero(Sql number) => $"COALESCE({number}, 0)";

    /// <summary>Adds a row and gives the number that it got.</summary>
    /// <param name="table">With its columns in parentheses.</param>
    public virtual Sql Inserted(Sql table, Sql values, Sql number) => $"INSERT INTO {table} VALUES ({values}) RETURNING {number}";

    /// <summary>Marks how far a transaction is.</summary>
    public virtual Sql Savepoint(string name) => $"SAVEPOINT {Sql.Name(name)}";

    /// <summary>Undoes what was done since.</summary>
    public virtual Sql RollbackTo(string name) => $"ROLLBACK TO {Sql.Name(name)}";

    /// <summary>Forgets the mark; empty where marks are not forgotten.</summary>
    public virtual Sql Release(string name) => $"RELEASE {Sql.Name(name)}";

    /// <summary>The table of the migrations that were applied.</summary>
    /// <param name="files">One of <see cref="Migrations"/>.</param>
    public virtual string JournalOf(string files) => "schema_migration";

    /// <summary>Makes that table where it is not there.</summary>
    public virtual Sql MakeJournal(Sql journal) =>
        $"CREATE TABLE IF NOT EXISTS {journal} (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

    /// <summary>
    /// After a table in FROM: no other index than this. Empty where a database takes no such word, and is told by its statistics.
    /// </summary>
    public abstract Sql IndexedBy(string index);

    /// <summary>Asked while writing: a number that is another one after somebody else has committed to the database.</summary>
    public abstract Sql VersionByOthers { get; }

    /// <summary>Begins a transaction that reads one snapshot.</summary>
    public abstract Sql BeginRead { get; }

    /// <summary>Begins a transaction that writes, when no other that writes is under way at any server.</summary>
    public abstract Sql BeginWrite { get; }

    /// <summary>Begins a transaction that adds to a chain of the trail, or waits for nobody but who adds to the same.</summary>
    public abstract Sql BeginAppend { get; }

    /// <summary>A root element of a resource in a column of bytes, as JSON text; null where it is not there.</summary>
    public abstract Sql Element(Sql body, string name);

    /// <summary>Gives a row where the chain is this connection's until it is closed: one server adds to it.</summary>
    public abstract Sql ClaimChain(int chain);

    /// <summary>The texts as rows of VALUES.</summary>
    protected static Sql RowsOf(IEnumerable<SqlValue> texts) => Sql.Join(", ", texts.Select(text => (Sql)$"({text})"));
}
