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
    private static readonly Lazy<Task<string>> MigratedFile = new(MigrateFileAsync);
    private static readonly Lazy<Task<string>> MigratedPostgres = new(MigratePostgresAsync);

    /// <summary>Set by the constructor of a class, it holds for its tests.</summary>
    public static DatabaseKind Kind
    {
        get => OfTest.Value
            ?? (Environment.GetEnvironmentVariable("INTEROP_TEST_DATABASE") == "postgres" ? DatabaseKind.Postgres : DatabaseKind.Sqlite);
        set => OfTest.Value = value;
    }

    /// <summary>A new database of that kind, as <c>Interop:Database</c> names it.</summary>
    public static async Task<string> CreateAsync() => Kind == DatabaseKind.Sqlite
        ? $"sqlite:{CopyOf(await MigratedFile.Value)}"
        : $"postgres:{await PostgresCluster.CreateDatabaseAsync(await MigratedPostgres.Value)}";

    public static async Task DropAsync(string database)
    {
        if (database.Split(':', 2) is not ["sqlite", var path])
        {
            await PostgresCluster.DropDatabaseAsync(database["postgres:".Length..]);
            return;
        }

        foreach (var file in FilesOf(path))
        {
            File.Delete(file);
        }
    }

    private static async Task<string> MigrateFileAsync()
    {
        var empty = NewFile();
        await MigrateAsync($"sqlite:{empty}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DropAsync($"sqlite:{empty}").GetAwaiter().GetResult();
        return empty;
    }

    private static async Task<string> MigratePostgresAsync()
    {
        var empty = await PostgresCluster.CreateDatabaseAsync();
        await MigrateAsync($"postgres:{empty}");
        return empty;
    }

    private static async Task MigrateAsync(string database) =>
        await (await ResourceStore.OpenAsync(database, CancellationToken.None)).DisposeAsync();

    private static string NewFile() => Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db");

    private static string CopyOf(string path)
    {
        var copy = NewFile();
        foreach (var file in FilesOf(path))
        {
            File.Copy(file, file.Replace(NameOf(path), NameOf(copy), StringComparison.Ordinal));
        }

        return copy;
    }

    /// <summary>The database and its trail, and what SQLite keeps beside them.</summary>
    private static string[] FilesOf(string path) => Directory.GetFiles(Path.GetDirectoryName(path)!, NameOf(path) + "*");

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
