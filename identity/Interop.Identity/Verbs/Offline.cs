using System.CommandLine;

namespace Interop.Identity.Verbs;

/// <summary>What the verbs that work on the database without the server have in common.</summary>
internal static class Offline
{
    public static Option<string?> Database() =>
        new("--database") { Description = "sqlite:PATH or postgres:CONNECTION STRING; Identity:Database by default.", };

    /// <summary>The issuer's parts on that database, without HTTP.</summary>
    public static ServiceProvider Open(string? database)
    {
        using var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        configuration.AddSecrets("Identity");
        if (database is not null)
        {
            configuration.AddInMemoryCollection([new("Identity:Database", database)]);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddInteropIdentity(IdentitySettings.From(configuration), TimeProvider.System);
        return services.BuildServiceProvider();
    }
}
