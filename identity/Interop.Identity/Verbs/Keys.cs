using System.CommandLine;
using Interop.Identity.Audit;
using Interop.Identity.Tokens;

namespace Interop.Identity.Verbs;

/// <summary><c>interop-identity key rotate</c>: a new signing key, with overlap.</summary>
internal static class Keys
{
    public static Command Command() => new("key", "The keys that sign tokens.") { Rotate() };

    private static Command Rotate()
    {
        var database = Offline.Database();
        var compromised = new Option<bool>("--compromised") { Description = "Sign with the new key and withdraw the others at once: every "
            + "token out there ends." };
        var rotate = new Command("rotate", "Makes a new key, published now and signing in five minutes.") { compromised, database };
        rotate.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var kid = await provider.GetRequiredService<SigningKeys>().RotateAsync(arguments.GetValue(compromised), cancellationToken);
            await provider.GetRequiredService<SecurityTrail>().RecordAsync(
                new("key-rotation", false, null, null, null, kid), cancellationToken);
            Console.WriteLine($"Made key {kid}.");
            return 0;
        });
        return rotate;
    }
}
