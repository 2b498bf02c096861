using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Interop.Hosting;

/// <summary>The verb <c>serve</c>: the process answers HTTP until it is told to stop.</summary>
public static class ServeVerb
{
    /// <param name="description">What it answers, as a sentence.</param>
    /// <param name="example">Two settings of the process.</param>
    /// <param name="build">Makes the web application from the settings on the command line.</param>
    public static Command Command(string description, string example, Func<string[], WebApplication> build)
    {
        var settings = new Argument<string[]>("settings") { Description = $"Settings such as {example}." };
        var serve = new Command("serve", description) { settings };
        serve.TreatUnmatchedTokensAsErrors = false;
        serve.SetAction(async (arguments, cancellationToken) =>
        {
            await using var application = build([.. arguments.GetValue(settings) ?? [], .. arguments.UnmatchedTokens]);
            await application.StartAsync(cancellationToken);
            await application.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return serve;
    }
}
