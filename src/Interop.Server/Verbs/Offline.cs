using System.CommandLine;
using Interop.Server.Guard;

namespace Interop.Server.Verbs;

/// <summary>What verbs that work on the database without HTTP have in common: where the database is, and the server's parts.</summary>
internal static class Offline
{
    public static Option<string?> Database() => new("--database") { Description = "sqlite:PATH; Interop:Database by default." };

    /// <summary>The server's parts over the configured database, without a listener.</summary>
    public static ServiceProvider Open(string? database)
    {
        var configuration = new ConfigurationBuilder().AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables();
        if (database is not null)
        {
            configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Interop:Database", database)]);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddInteropServer(InteropSettings.From(configuration.Build()));
        return services.BuildServiceProvider();
    }

    public static GuardedStore Store(this ServiceProvider provider) => provider.GetRequiredService<GuardedStore>();
}
