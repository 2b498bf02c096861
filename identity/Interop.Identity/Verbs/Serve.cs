using System.CommandLine;

namespace Interop.Identity.Verbs;

/// <summary><c>interop-identity serve</c>: the issuer, until it is told to stop.</summary>
internal static class Serve
{
    public static Command Command()
    {
        var settings = new Argument<string[]>("settings") { Description = "Settings such as --Identity:Database=sqlite:identity.db or --urls=http://127.0.0.1:5090." };
        var serve = new Command("serve", "Answers token requests and shows the pages for people.") { settings };
        serve.TreatUnmatchedTokensAsErrors = false;
        serve.SetAction(async (arguments, cancellationToken) =>
        {
            await using var issuer = InteropIdentity.Build([.. arguments.GetValue(settings) ?? [], .. arguments.UnmatchedTokens]);
            await issuer.StartAsync(cancellationToken);
            await issuer.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return serve;
    }
}
