using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;

namespace Interop.Identity.Accounts;

/// <summary>Sessions of people. They end after twelve hours, after one idle hour, or when somebody ends them, at every instance.</summary>
internal sealed class SessionStore(IdentityDatabase database, FollowerStore followers, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    private const string Columns = """
        session_id AS SessionId, account_id AS AccountId, methods AS Methods, browser AS Browser,
        created_at AS CreatedAt, last_seen_at AS LastSeenAt
        """;

    private const string IsActive = "ended_at IS NULL AND expires_at > @now AND last_seen_at > @idle";

    public async Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO session (session_id, account_id, methods, browser, created_at, last_seen_at, expires_at)
            VALUES (@SessionId, @AccountId, @Methods, @Browser, @now, @now, @expires)
            """;
        var now = clock.GetUtcNow();
        await database.ExecuteAsync(
            sql,
            new
            {
                session.SessionId, session.AccountId, session.Methods, session.Browser, now = now.ToMicroseconds(),
                expires = (now + Life).ToMicroseconds()
            },
            cancellationToken);
    }

    public async Task<Session?> FindActiveAsync(string sessionId, CancellationToken cancellationToken)
    {
        var (now, idle) = Times();
        var session = await database.FindAsync<Session>(
            $"SELECT {Columns} FROM session WHERE session_id = @sessionId AND {IsActive}", new { sessionId, now, idle }, cancellationToken);
        if (session is not null && now - session.LastSeenAt > 60_000_000)
        {
            await database.ExecuteAsync(
                "UPDATE session SET last_seen_at = @now WHERE session_id = @sessionId", new { sessionId, now }, cancellationToken);
        }

        return session;
    }

    public Task<IReadOnlyList<Session>> ListAsync(string accountId, CancellationToken cancellationToken)
    {
        var (now, idle) = Times();
        return database.ListAsync<Session>(
            $"SELECT {Columns} FROM session WHERE account_id = @accountId AND {IsActive} ORDER BY created_at DESC",
            new { accountId, now, idle },
            cancellationToken);
    }

    /// <summary>Ends one session of the account, and what was given in it for as long as it lasts, at the APIs too.</summary>
    public async Task EndAsync(string accountId, string sessionId, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE session SET ended_at = @now WHERE account_id = @accountId AND session_id = @sessionId AND ended_at IS NULL;
            UPDATE authorization_grant SET revoked_at = @now
            WHERE  account_id = @accountId AND session_id = @sessionId AND is_offline = 0 AND revoked_at IS NULL
            """;
        await database.ExecuteAsync(sql, new { accountId, sessionId, now = Times().Now }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Ends all sessions of the account and everything that clients hold from it, offline access as well, at the APIs too.
    /// </summary>
    public async Task EndAllAsync(string accountId, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE session SET ended_at = @now WHERE account_id = @accountId AND ended_at IS NULL;
            UPDATE authorization_grant SET revoked_at = @now WHERE account_id = @accountId AND revoked_at IS NULL
            """;
        await database.ExecuteAsync(sql, new { accountId, now = Times().Now }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
    }

    private (long Now, long Idle) Times()
    {
        var now = clock.GetUtcNow();
        return (now.ToMicroseconds(), (now - Idle).ToMicroseconds());
    }
}
