using Interop.Storage.Tests.SqlServer;
using Npgsql;

namespace Interop.Storage.Tests;

public sealed class PostgresDatabase : Database
{
    // Made once and copied: migrating takes longer than most tests.
    private static readonly Lazy<string> Migrated = new(Migrate);

    internal static readonly string[] Tables =
    [
        "resource", "party", "reach", "sharing_grant", "required_reference", "label_inheritance", "index_token", "index_string",
        "index_date", "index_reference", "index_number", "index_quantity", "index_uri", "index_position", "index_composite",
    ];

    private readonly string connectionString = Wait(() => PostgresCluster.CreateDatabaseAsync(Migrated.Value));

    public override string Setting => "postgres:" + connectionString;

    /// <inheritdoc cref="SpokenPostgresDialect"/>
    public override Task<ResourceStore> OpenAsync() =>
        ResourceStore.OpenAsync(new SpokenPostgresDialect(connectionString), StoreLimits.Usual, CancellationToken.None);

    public override void Tamper(string sql) => Run("public", sql);

    public override void TamperWithTrail(string sql) => Run("public_trail", sql);

    /// <summary>Many more cities like this one, that others keep: as many as make a table worth an index, and the planner knows.</summary>
    internal void Crowd(int copies) => Tamper($$"""
            DO $do$
            DECLARE t TEXT; columns TEXT; copied TEXT;
            BEGIN
                FOREACH t IN ARRAY ARRAY['{{string.Join("','", Tables)}}'] LOOP
                    SELECT string_agg(column_name, ', '), string_agg(CASE
                        WHEN column_name IN ('key', 'resource', 'number', 'grant_number') THEN column_name || ' + 1000000 * n'
                        WHEN column_name IN ('id', 'subject', 'target_id') THEN
                            'CASE WHEN ' || column_name || ' = '''' THEN '''' ELSE ' || column_name || ' || ''-'' || n END'
                        WHEN column_name IN ('grantee', 'organization', 'source') THEN column_name || ' || n % 20'
                        WHEN column_name = 'zone' THEN 'CASE WHEN zone > 0 THEN zone + n % 20 + 1 ELSE zone END'
                        ELSE column_name END, ', ')
                    INTO columns, copied
                    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = t;
                    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I, generate_series(1, {{copies}}) n', t, columns, copied, t);
                END LOOP;
            END $do$;
            ANALYZE;
            """);

    public override void Dispose() => Task.Run(() => PostgresCluster.DropDatabaseAsync(connectionString)).GetAwaiter().GetResult();

    private static string Migrate() => Wait(async () =>
    {
        var empty = await PostgresCluster.CreateDatabaseAsync();
        await (await ResourceStore.OpenAsync("postgres:" + empty, CancellationToken.None)).DisposeAsync();
        return empty;
    });

    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private void Run(string schema, string sql)
    {
        using var connection = new NpgsqlConnection($"{connectionString};Search Path={schema};Pooling=False");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
