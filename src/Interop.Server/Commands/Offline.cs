using System.CommandLine;
using Interop.Server.Settings;
using Interop.Storage;

namespace Interop.Server.Commands;

/// <summary>What verbs that work on the database without HTTP have in common: where the database is, and the server's parts.</summary>
internal static class Offline
{
    public static Option<string?> Database() =>
        new("--database") { Description = "sqlite:PATH, postgres:... or sqlserver:CONNECTION STRING; Interop:Database by default." };

    /// <summary>The server's parts over the configured database, without a listener.</summary>
    /// <param name="mayCreate">Whether a database that is not there is made; a verb that only looks must not answer for an empty
    /// one.</param>
    /// <exception cref="SettingsException">A setting is wrong, or there is no database.</exception>
    public static ServiceProvider Open(string? database, bool mayCreate)
    {
        var settings = Settings(database);
        if (!mayCreate && !DatabaseSetting.ExistsAsync(settings.Database, CancellationToken.None).GetAwaiter().GetResult())
        {
            throw new SettingsException(settings.Database.Split(':', 2) is ["sqlite", var path]
                ? $"There is no database at {path}. Name it with --database sqlite:PATH."
                : "The database has none of Interop's tables: interop migrate makes them.");
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddInteropServer(settings);
        return services.BuildServiceProvider();
    }

    /// <summary>The path of the configured SQLite database.</summary>
    /// <param name="otherwise">The other databases' own tool for what the verb does.</param>
    /// <exception cref="SettingsException">A setting is wrong, or the database is another.</exception>
    public static string SqlitePath(string? database, string otherwise) => Settings(database).Database.Split(':', 2) is ["sqlite", var path]
        ? path
        : throw new SettingsException($"This verb is for SQLite's files. For this database there is {otherwise}: see docs/operations.md.");

    private static InteropSettings Settings(string? database)
    {
        using var configuration = new ConfigurationManager();
        configuration.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables();
        configuration.AddSecrets("Interop");
        if (database is not null)
        {
            configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Interop:Database", database)]);
        }

        return InteropSettings.From(configuration);
    }
}
