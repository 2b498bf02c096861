using Interop.Storage;

namespace Interop.Testing;

/// <summary>
/// What the servers of a test keep their resources in: SQLite, unless the test's class says PostgreSQL, or <c>INTEROP_TEST_DATABASE</c>
/// is <c>postgres</c>, with which all of them do.
/// </summary>
public static class ServerDatabase
{
    private static readonly AsyncLocal<DatabaseKind?> OfTest = new();

    // Made once and copied: migrating takes longer than most tests.
    private static readonly Lazy<Task<string>> Migrated = new(MigrateAsync);

    /// <summary>Set by the constructor of a class, it holds for its tests.</summary>
    public static DatabaseKind Kind
    {
        get => OfTest.Value
            ?? (Environment.GetEnvironmentVariable("INTEROP_TEST_DATABASE") == "postgres" ? DatabaseKind.Postgres : DatabaseKind.Sqlite);
        set => OfTest.Value = value;
    }

    /// <summary>A new database of that kind, as <c>Interop:Database</c> names it.</summary>
    public static async Task<string> CreateAsync() => Kind == DatabaseKind.Sqlite
        ? $"sqlite:{Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db")}"
        : $"postgres:{await PostgresCluster.CreateDatabaseAsync(await Migrated.Value)}";

    public static async Task DropAsync(string database)
    {
        if (database.Split(':', 2) is not ["sqlite", var path])
        {
            await PostgresCluster.DropDatabaseAsync(database["postgres:".Length..]);
            return;
        }

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + "*"))
        {
            File.Delete(file);
        }
    }

    private static async Task<string> MigrateAsync()
    {
        var empty = await PostgresCluster.CreateDatabaseAsync();
        await (await ResourceStore.OpenAsync($"postgres:{empty}", CancellationToken.None)).DisposeAsync();
        return empty;
    }
}
