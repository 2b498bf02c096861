using System.Data.Common;
using Interop.Storage.Dialects;

namespace Interop.Storage;

/// <summary>
/// One connection and its prepared statements. A statement is prepared once per connection and text, because preparing costs more
/// than a read by key.
/// </summary>
internal sealed class Statements(DbConnection connection) : IAsyncDisposable
{
    // Some milliseconds: what takes longer gives way to what is short.
    private const long StepsAtOnce = 200_000;

    // Searches come in finitely many shapes, but a client can ask for many: beyond this the oldest are not worth keeping.
    private const int Capacity = 256;

    private readonly Dictionary<string, DbCommand> prepared = [];
    private CancellationToken until;
    private long most = long.MaxValue;
    private long taken;

    /// <summary>A connection whose reading statements can be stopped.</summary>
    public static async Task<Statements> OpenAsync(Dialect dialect, bool readOnly, CancellationToken cancellationToken)
    {
        var connection = await dialect.OpenAsync(readOnly, cancellationToken);
        var statements = new Statements(connection);
        dialect.StopWhen(connection, statements.IsOver);
        return statements;
    }

    /// <summary>
    /// From here on a statement that still runs when the token is cancelled is given up with <see cref="OperationCanceledException"/>, and
    /// one with which all of them together take more work than that with <see cref="TooCostlyException"/>. Only while reading: to stop a
    /// writing statement undoes its whole transaction.
    /// </summary>
    /// <param name="mostSteps">Steps of the database's machine; long.MaxValue for no limit.</param>
    public void StopAt(CancellationToken cancellationToken, long mostSteps = long.MaxValue) =>
        (until, most, taken) = (cancellationToken, mostSteps, 0);

    public int Execute(Sql sql) => Bind(sql).ExecuteNonQuery();

    public int Execute(SqlText sql) => Bind(sql).ExecuteNonQuery();

    /// <summary>Ends a transaction, if there is one, without its changes.</summary>
    public void TryRollback()
    {
        try
        {
            Execute($"ROLLBACK");
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException)
        {
            // No transaction was open any more, or no connection: what we wanted.
        }
    }

    /// <summary>Several statements of a migration file, which are not kept.</summary>
    public void ExecuteScript(string script)
    {
        using var command = connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
    }

    /// <summary>All rows. The whole result is read before this returns, so that a command is never entered twice.</summary>
    public List<T> Query<T>(Sql sql, Func<DbDataReader, T> read)
    {
        try
        {
            using var reader = Bind(sql).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        catch (DbException) when (Why() is { } why)
        {
            throw why;
        }
    }

    public T? First<T>(Sql sql, Func<DbDataReader, T> read)
        where T : class => First(sql.Flatten(), read);

    public T? First<T>(SqlText sql, Func<DbDataReader, T> read)
        where T : class
    {
        try
        {
            using var reader = Bind(sql).ExecuteReader();
            return reader.Read() ? read(reader) : null;
        }
        catch (DbException) when (Why() is { } why)
        {
            throw why;
        }
    }

    public long? Number(Sql sql) => Number(sql.Flatten());

    public long? Number(SqlText sql)
    {
        try
        {
            using var reader = Bind(sql).ExecuteReader();
            return reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : null;
        }
        catch (DbException) when (Why() is { } why)
        {
            throw why;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Clear();
        await connection.DisposeAsync();
    }

    /// <summary>Asked while a statement runs.</summary>
    /// <param name="steps">How many it has taken since it was asked last.</param>
    private bool IsOver(long steps)
    {
        taken += steps;
        if (taken > StepsAtOnce)
        {
            // Who was just woken, to answer something short, would wait for the end of this thread's slice: 3 ms and more on Linux.
            Thread.Yield();
        }

        return taken > most || until.IsCancellationRequested;
    }

    private Exception? Why() => taken > most ? TooCostlyException.Of(most)
        : until.IsCancellationRequested ? new OperationCanceledException(until)
        : null;

    private DbCommand Bind(Sql sql) => Bind(sql.Flatten());

    private DbCommand Bind(SqlText sql)
    {
        var (text, values) = sql;
        if (!prepared.TryGetValue(text, out var command))
        {
            if (prepared.Count >= Capacity)
            {
                Clear();
            }

            command = connection.CreateCommand();
            command.CommandText = text;
            for (var index = 0; index < values.Count; index++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{index}";
                command.Parameters.Add(parameter);
            }

            prepared[text] = command;
        }

        for (var index = 0; index < values.Count; index++)
        {
            command.Parameters[index].Value = values[index].Bound;
        }

        return command;
    }

    private void Clear()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        prepared.Clear();
    }
}

/// <summary>Reading columns that may be null.</summary>
internal static class Columns
{
    public static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static ReadOnlyMemory<byte> Bytes(this DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
