using System.CommandLine;

namespace Interop.Server.Commands;

/// <summary><c>interop serve</c>: the HTTP server, until it is told to stop.</summary>
internal static class Serve
{
    public static Command Command()
    {
        var settings = new Argument<string[]>("settings") { Description = "Settings such as --Interop:Database=sqlite:interop.db or --urls=http://127.0.0.1:5080." };
        var serve = new Command("serve", "Answers FHIR requests.") { settings };
        serve.TreatUnmatchedTokensAsErrors = false;
        serve.SetAction(async (arguments, cancellationToken) =>
        {
            await using var server = InteropServer.Build([.. arguments.GetValue(settings) ?? [], .. arguments.UnmatchedTokens]);
            await server.StartAsync(cancellationToken);
            await server.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return serve;
    }
}
