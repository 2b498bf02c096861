using System.Data.Common;
using Interop.Storage;

namespace Interop.Server.Routing;

/// <summary>For load balancers: live while the process runs, ready while the database answers and stores.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder builder)
    {
        builder.MapGet("/health/live", () => Results.Text("live")).WithMetadata(new PublicEndpoint()).DisableRateLimiting();
        builder.MapGet("/health/ready", ReadyAsync).WithMetadata(new PublicEndpoint()).DisableRateLimiting();
    }

    private static async Task<IResult> ReadyAsync(ResourceStore store, CancellationToken cancellationToken)
    {
        try
        {
            await using var read = await store.OpenReadAsync(cancellationToken);
            read.Rows.Setting("secret");
            return await store.IsWritableAsync(cancellationToken)
                ? Results.Text("ready")
                : Results.Text("The database does not store what is written.", statusCode: 503);
        }
        catch (DbException)
        {
            return Results.Text("The database does not answer.", statusCode: 503);
        }
    }
}
