using System.CommandLine;
using Interop.Identity.Database;

namespace Interop.Identity.Verbs;

/// <summary><c>interop-identity migrate</c>: creates the database or brings it to this version's schema.</summary>
internal static class Migrate
{
    public static Command Command()
    {
        var database = Offline.Database();
        var migrate = new Command("migrate", "Creates or upgrades the database.") { database };
        migrate.SetAction(arguments =>
        {
            using var provider = Offline.Open(arguments.GetValue(database));
            _ = provider.GetRequiredService<IdentityDatabase>();
            Console.WriteLine("The database has this version's schema.");
            return 0;
        });
        return migrate;
    }
}
