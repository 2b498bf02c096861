using System.Data;
using System.Data.Common;
using Interop.Storage.Dialects;

namespace Interop.Storage;

/// <summary>
/// One connection and its prepared statements. A statement is prepared once per connection and text, because preparing costs more
/// than a read by key.
/// </summary>
internal sealed class Statements(DbConnection connection, Dialect dialect) : IAsyncDisposable
{
    // Searches come in finitely many shapes, but a client can ask for many: beyond this the oldest are not worth keeping.
    private const int Capacity = 256;

    private const int MostLater = 500;

    private readonly Dictionary<string, DbCommand> prepared = [];
    private readonly List<SqlText> later = [];
    private readonly List<object[]> laterValues = [];
    private readonly Patience patience = dialect.PatienceOf(connection);

    public Dialect Dialect => dialect;

    public static async Task<Statements> OpenAsync(Dialect dialect, bool readOnly, CancellationToken cancellationToken) =>
        new(await dialect.OpenAsync(readOnly, cancellationToken), dialect);

    /// <summary>
    /// From here on a statement that still runs when the token is cancelled is given up with <see cref="OperationCanceledException"/>, and
    /// one with which all of them together take more work than that with <see cref="TooCostlyException"/>. Only while reading: to stop a
    /// writing statement undoes its whole transaction.
    /// </summary>
    public void StopAt(WorkLimit most, CancellationToken cancellationToken) => patience.Begin(most, cancellationToken);

    /// <summary>From here on statements run to their end.</summary>
    public void GoOn() => patience.Begin(WorkLimit.None, CancellationToken.None);

    /// <summary>Begins a transaction; on a new connection where the old one was lost meanwhile, as nothing hung on it.</summary>
    /// <returns>Whether it is a new connection.</returns>
    public bool Begin(Sql begin)
    {
        DropLater();
        var isNew = Reopen();
        try
        {
            Execute(begin);
            return isNew;
        }
        catch (DbException) when (!isNew && connection.State != ConnectionState.Open)
        {
            Reopen();
            Execute(begin);
            return true;
        }
    }

    public int Execute(Sql sql) => Execute(dialect.Write(sql));

    public int Execute(SqlText sql)
    {
        Flush();
        return Bind(sql).ExecuteNonQuery();
    }

    /// <summary>
    /// For a statement whose result nobody looks at: it runs before the next one that is asked for something, with all others that came
    /// before it. A database on the network is so told many things in one message.
    /// </summary>
    public void Add(Sql sql) => Add(dialect.Write(sql));

    /// <inheritdoc cref="Add(Sql)"/>
    public void Add(SqlText sql)
    {
        if (sql.Text.Length == 0)
        {
            return; // this database needs no words for it
        }

        if (!dialect.TakesBatches || !connection.CanCreateBatch)
        {
            Execute(sql);
            return;
        }

        if (later.Count >= MostLater)
        {
            Flush();
        }

        later.Add(sql);
        laterValues.Add([.. sql.Values.Select(value => value.Bound)]);
    }

    /// <summary>Runs what was added.</summary>
    public void Flush()
    {
        if (later.Count == 0)
        {
            return;
        }

        DemandConnection();
        using var batch = connection.CreateBatch();
        for (var number = 0; number < later.Count; number++)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = later[number].Text;
            foreach (var value in laterValues[number])
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{command.Parameters.Count}";
                dialect.Bind(parameter, value);
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        DropLater();
        batch.Prepare();
        batch.ExecuteNonQuery();
    }

    /// <summary>Leaves undone what was added and has not run.</summary>
    public void DropLater()
    {
        later.Clear();
        laterValues.Clear();
    }

    /// <summary>Ends a transaction, if there is one, without its changes; false where there was none any more, or no connection.</summary>
    public bool TryRollback()
    {
        DropLater();
        try
        {
            Execute($"ROLLBACK");
            return true;
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException)
        {
            return false;
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
    public List<T> Query<T>(Sql sql, Func<DbDataReader, T> read) => Read(dialect.Write(sql), reader =>
    {
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    });

    /// <summary>Each row as it comes, of a result that nobody wants to keep.</summary>
    public void Each(Sql sql, Action<DbDataReader> row) => Read(dialect.Write(sql), reader =>
    {
        while (reader.Read())
        {
            row(reader);
        }

        return true;
    });

    public T? First<T>(Sql sql, Func<DbDataReader, T> read)
        where T : class => First(dialect.Write(sql), read);

    public T? First<T>(SqlText sql, Func<DbDataReader, T> read)
        where T : class => Read(sql, reader => reader.Read() ? read(reader) : null);

    public long? Number(Sql sql) => Number(dialect.Write(sql));

    public long? Number(SqlText sql) => Read(sql, reader => reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : (long?)null);

    public async ValueTask DisposeAsync()
    {
        Clear();
        (patience as IDisposable)?.Dispose();
        await connection.DisposeAsync();
    }

    private T Read<T>(SqlText sql, Func<DbDataReader, T> read)
    {
        if (patience.Why() is { } over)
        {
            throw over;
        }

        Flush();
        var command = Bind(sql);
        patience.Starts(command);
        try
        {
            using var reader = dialect.Rows(command.ExecuteReader());
            return read(reader);
        }
        catch (Exception failure) when ((failure is DbException or OperationCanceledException) && WhyGivenUp() is { } why)
        {
            throw why;
        }
        finally
        {
            patience.Ends();
        }
    }

    private Exception? WhyGivenUp()
    {
        patience.Ends();
        return patience.Why();
    }

    private DbCommand Bind(SqlText sql)
    {
        DemandConnection();
        var (text, values) = sql;
        if (values.Count > dialect.MostValues)
        {
            throw new TooCostlyException($"This asks for more values than the database takes at once, which are {dialect.MostValues}.");
        }

        if (prepared.TryGetValue(text, out var command))
        {
            for (var index = 0; index < values.Count; index++)
            {
                dialect.Bind(command.Parameters[index], values[index].Bound);
            }

            return command;
        }

        if (prepared.Count >= Capacity)
        {
            Clear();
        }

        command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{command.Parameters.Count}";
            dialect.Bind(parameter, value.Bound);
            command.Parameters.Add(parameter);
        }

        dialect.Prepare(command);
        return prepared[text] = command;
    }

    private void DemandConnection()
    {
        if (connection.State != ConnectionState.Open)
        {
            throw new LostConnectionException();
        }
    }

    private bool Reopen()
    {
        if (connection.State == ConnectionState.Open)
        {
            return false;
        }

        prepared.Clear();
        connection.Close();
        connection.Open();
        return true;
    }

    private void Clear()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        prepared.Clear();
        if (connection.State == ConnectionState.Open)
        {
            dialect.Unprepare(connection);
        }
    }
}

/// <summary>Reading columns that may be null.</summary>
internal static class Columns
{
    public static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static ReadOnlyMemory<byte> Bytes(this DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
