using Interop.Identity.Database;

namespace Interop.Identity.RevocationFeed;

/// <summary>
/// The APIs that follow the revocations. Whoever ends something is answered when each of them applies it, so the request after that
/// answer is refused; one that is slow or gone holds the answer up for two seconds at most.
/// </summary>
internal sealed class FollowerStore(IdentityDatabase database, TimeProvider clock)
{
    private const int Most = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    // A follower asks again within the twenty seconds that a question may wait.
    private static readonly TimeSpan Present = TimeSpan.FromSeconds(30);

    private long Since => (clock.GetUtcNow() - Present).ToMicroseconds();

    /// <summary>
    /// Notes that a follower applies all revocations up to a number. Anybody may follow: a crowd keeps new ones out, not those who are in.
    /// </summary>
    public Task HearAsync(string follower, long known, CancellationToken cancellationToken)
    {
        const string sql = """
            DELETE FROM follower WHERE seen_at < @Since;
            INSERT INTO follower (follower_id, known, seen_at)
            SELECT @follower, @known, @now
            WHERE  (SELECT COUNT(*) FROM follower) < @Most OR EXISTS (SELECT 1 FROM follower WHERE follower_id = @follower)
            ON CONFLICT (follower_id) DO UPDATE SET known = excluded.known, seen_at = excluded.seen_at
            """;
        var now = clock.GetUtcNow().ToMicroseconds();
        return database.ExecuteAsync(sql, new { follower, known, now, Since, Most }, cancellationToken);
    }

    /// <summary>Waits until all followers apply what has been revoked so far.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        const string sql = "SELECT follower_id FROM follower WHERE seen_at >= @Since AND known < @newest";
        var newest = (await database.ListAsync<long>("SELECT COALESCE(MAX(number), 0) FROM revocation", new { }, cancellationToken))[0];
        var start = Environment.TickCount64;
        while (
            Environment.TickCount64 - start < Longest.TotalMilliseconds
                && (await database.ListAsync<string>(sql, new { Since, newest }, cancellationToken)).Count > 0)
        {
            await Task.Delay(Between, cancellationToken);
        }
    }
}
