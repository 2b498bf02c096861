using Interop.Identity.Database;

namespace Interop.Identity.Audit;

/// <summary>The append-only trail of security events; the database refuses to change or delete one.</summary>
internal sealed class SecurityTrail(IdentityDatabase database, TimeProvider clock, ILogger<SecurityTrail> logger)
{
    public async Task RecordAsync(SecurityEvent happened, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO security_event (at, kind, outcome, client_id, account_id, remote, reason)
            VALUES (@At, @Kind, @Outcome, @ClientId, @AccountId, @Remote, @Reason)
            """;
        var outcome = happened.IsRefusal ? "refused" : "ok";
        await database.ExecuteAsync(
            sql,
            new
            {
                At = clock.GetUtcNow().ToMicroseconds(), happened.Kind, Outcome = outcome, ClientId = Clean(happened.ClientId),
                happened.AccountId, happened.Remote, happened.Reason
            },
            cancellationToken);
        if (happened.IsRefusal)
        {
            logger.LogWarning("{Kind} refused for client {Client}: {Reason}", happened.Kind, Clean(happened.ClientId), happened.Reason);
        }
    }

    /// <summary>A client id that nobody has checked yet, made safe for a line of a log.</summary>
    private static string? Clean(string? clientId) =>
        clientId is null ? null : new string([.. clientId.Take(64).Select(letter => letter is > ' ' and < (char)127 ? letter : '?')]);
}
