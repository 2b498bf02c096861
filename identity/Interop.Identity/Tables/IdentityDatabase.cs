using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Interop.Identity.Tables;

/// <summary>The issuer's SQLite file. Every call opens a pooled connection; several processes may share the file.</summary>
internal sealed class IdentityDatabase : IDisposable
{
    private readonly string connectionString;

    // SQLite has one writer; who finds it taken sleeps for 150 ms before the next try. Within this process they queue instead.
    private readonly SemaphoreSlim writer = new(1, 1);

    public IdentityDatabase(IdentitySettings settings)
    {
        if (!File.Exists(settings.DatabasePath))
        {
            // Created here and not by SQLite, so that nobody else can read it even for a moment.
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(settings.DatabasePath, options);
        }

        connectionString = new SqliteConnectionStringBuilder { DataSource = settings.DatabasePath, ForeignKeys = true, DefaultTimeout = 10 }.ToString();
        Migrate();
    }

    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
        }
        finally
        {
            writer.Release();
        }
    }

    public void Dispose() => writer.Dispose();

    public async Task<T?> FindAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))];
    }

    /// <summary>Runs the numbered scripts that this file has not had, each in a transaction of its own.</summary>
    private void Migrate()
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("PRAGMA journal_mode = WAL");
        var assembly = Assembly.GetExecutingAssembly();
        foreach (
            var name in assembly.GetManifestResourceNames().Where(
                name => name.StartsWith("migrations/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var number = int.Parse(name["migrations/".Length..].Split('-')[0], CultureInfo.InvariantCulture);

            // An immediate transaction: two instances that start together do not both run the script.
            using var transaction = connection.BeginTransaction(deferred: false);
            if (connection.ExecuteScalar<long>("PRAGMA user_version", transaction: transaction) < number)
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                connection.Execute(reader.ReadToEnd(), transaction: transaction);
                connection.Execute($"PRAGMA user_version = {number}", transaction: transaction);
            }

            transaction.Commit();
        }
    }
}
