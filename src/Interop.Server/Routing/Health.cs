using System.Data.Common;
using Interop.Server.Security;
using Interop.Storage;

namespace Interop.Server.Routing;

/// <summary>
/// For load balancers: live while the process runs, ready while the database answers and stores, an issuer answers, and the server has not
/// been told to stop.
/// </summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder builder)
    {
        builder.MapGet("/health/live", () => Results.Text("live")).WithMetadata(new PublicEndpoint()).DisableRateLimiting();
        builder.MapGet("/health/ready", ReadyAsync).WithMetadata(new PublicEndpoint()).DisableRateLimiting();
    }

    private static async Task<IResult> ReadyAsync(
        ResourceStore store, TokenVerifier tokens, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return No("The server is about to stop.");
        }

        try
        {
            await using var read = await store.OpenReadAsync(cancellationToken);
            read.Rows.Setting("secret");
            if (!await store.IsWritableAsync(cancellationToken))
            {
                return No("The database does not store what is written.");
            }
        }
        catch (DbException)
        {
            return No("The database does not answer.");
        }

        // The first that answers is enough: one that hangs must not make the balancer wait for it.
        await foreach (var answered in Task.WhenEach(tokens.Issuers.Select(issuer => issuer.IsInReachAsync(cancellationToken))))
        {
            if (await answered)
            {
                return Results.Text("ready");
            }
        }

        return No("No issuer of tokens answers.");
    }

    private static IResult No(string why) => Results.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable);
}
