using System.Data.Common;

namespace Interop.Storage.Dialects;

/// <summary>Everything in which the databases differ, and nothing else.</summary>
internal abstract class Dialect
{
    /// <summary>The middle part of the names of its migration files.</summary>
    public abstract string Name { get; }

    public abstract Task<DbConnection> OpenAsync(bool readOnly, CancellationToken cancellationToken);

    /// <summary>A connection to the database of the audit trail.</summary>
    public abstract Task<DbConnection> OpenAuditAsync(bool readOnly, CancellationToken cancellationToken);

    /// <summary>Begins what the database needs to have done from time to time, until it is closed.</summary>
    public abstract Task KeepAsync(CancellationToken cancellationToken);

    public abstract Task CloseAsync();

    /// <summary>Has the connection ask, from time to time while a statement runs, whether to give the statement up.</summary>
    /// <param name="isOver">Is told how many steps the statement has taken since it was asked last.</param>
    public abstract void StopWhen(DbConnection connection, Func<long, bool> isOver);

    /// <summary>The end of a statement that gives its first rows only.</summary>
    public abstract Sql Page(int count);

    /// <summary>
    /// After a table in FROM: no other index than this. Empty where a database takes no such word, and is told by its statistics.
    /// </summary>
    public abstract Sql IndexedBy(string index);

    /// <summary>A number that is another one after somebody else has committed to the database of this connection.</summary>
    public abstract Sql VersionByOthers { get; }

    /// <summary>Begins a transaction that reads one snapshot.</summary>
    public abstract Sql BeginRead { get; }

    /// <summary>Begins a transaction that writes.</summary>
    public abstract Sql BeginWrite { get; }
}
