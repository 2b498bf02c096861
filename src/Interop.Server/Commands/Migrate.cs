using System.CommandLine;
using Interop.Server.Guard;

namespace Interop.Server.Commands;

/// <summary><c>interop migrate</c>: creates the database or brings it to this version's schema and tables.</summary>
internal static class Migrate
{
    public static Command Command()
    {
        var database = Offline.Database();
        var migrate = new Command("migrate", "Creates or upgrades the database.") { database };
        migrate.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: true);
            await provider.GetRequiredService<JudgeAgain>().RunAsync(cancellationToken);
            Console.WriteLine("The database has this version's schema, and its resources are judged by this version's tables.");
            return 0;
        });
        return migrate;
    }
}
