using System.Globalization;
using Interop.Identity.Database;
using Interop.Identity.Tokens;

namespace Interop.Identity.RevocationFeed;

/// <summary>
/// What ended lately, for servers that remember verified tokens: they ask with the last number they know and are answered as soon
/// as there is more. Only hashes leave, so anybody may ask: who does not hold the token can't tell whose it was.
/// </summary>
internal static class Revocations
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/revocations", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpRequest request,
        IdentityDatabase database,
        FollowerStore followers,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken)
    {
        var isNumber = long.TryParse(request.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var after);
        var follower = request.Query["follower"].ToString();
        if (!isNumber || !Guid.TryParseExact(follower, "N", out _))
        {
            return Results.BadRequest();
        }

        await followers.HearAsync(follower, after, cancellationToken);

        // Who is ahead followed a database that was restored since: it begins anew, or it would miss as many as it is ahead.
        const string sql = """
            SELECT number AS Number, what AS What
            FROM   revocation
            WHERE  number > CASE WHEN @after > (SELECT COALESCE(MAX(number), 0) FROM revocation) THEN 0 ELSE @after END
            ORDER  BY number
            LIMIT  1000
            """;
        var start = Environment.TickCount64;
        while (true)
        {
            var rows = await database.ListAsync<Row>(sql, new { after }, cancellationToken);
            if (
                rows.Count > 0
                    || lifetime.ApplicationStopping.IsCancellationRequested
                    || Environment.TickCount64 - start > Longest.TotalMilliseconds)
            {
                return Results.Json(
                    new { last = rows.Count > 0 ? rows[^1].Number : after, revoked = rows.Select(row => Secret.Hash(row.What)) });
            }

            await Task.Delay(Between, cancellationToken);
        }
    }

    private sealed record Row(long Number, string What);
}
