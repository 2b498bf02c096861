using System.Globalization;
using System.Reflection;
using Dapper;

namespace Interop.Identity.Database;

/// <summary>The issuer's tables. Every call opens a pooled connection; several instances may share the database.</summary>
internal sealed class IdentityDatabase : IDisposable
{
    private readonly Dialect dialect;

    public IdentityDatabase(IdentitySettings settings)
    {
        dialect = Dialect.Of(settings);
        Migrate();
    }

    /// <summary>Runs one or more statements, which take effect together or not at all.</summary>
    /// <returns>How many rows they changed.</returns>
    public Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) => dialect.WriteAsync(
        connection => connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <summary>The same, one after another among all instances: for what one statement can't decide.</summary>
    /// <param name="name">A constant of ours; it becomes part of the SQL.</param>
    public Task<int> ExecuteAloneAsync(string name, string sql, object parameters, CancellationToken cancellationToken) =>
        ExecuteAsync(dialect.Lock(name) + sql, parameters, cancellationToken);

    public async Task<T?> FindAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dialect.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dialect.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))];
    }

    public void Dispose() => dialect.Dispose();

    /// <summary>Runs the numbered scripts that this database has not had, each in a transaction of its own.</summary>
    private void Migrate()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var scripts = assembly.GetManifestResourceNames()
            .Where(name =>
                name.StartsWith("migrations/", StringComparison.Ordinal) && name.EndsWith($".{dialect.Name}.sql", StringComparison.Ordinal))
            // a number is used once
            .ToDictionary(name => int.Parse(name["migrations/".Length..].Split('-')[0], CultureInfo.InvariantCulture));
        using var connection = dialect.OpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        foreach (var (number, name) in scripts.OrderBy(script => script.Key))
        {
            using var transaction = dialect.BeginMigration(connection);
            if (connection.ExecuteScalar<int>(dialect.ReadVersion, transaction: transaction) < number)
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                connection.Execute(reader.ReadToEnd(), transaction: transaction);
                connection.Execute(dialect.WriteVersion(number), transaction: transaction);
            }

            transaction.Commit();
        }
    }
}
