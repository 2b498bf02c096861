using Interop.Identity.Database;
using Interop.Identity.Tokens;

namespace Interop.Identity.Authorization;

/// <summary>Which scopes a person has approved for a client before.</summary>
internal sealed class ApprovalStore(IdentityDatabase database, TimeProvider clock)
{
    public async Task<IReadOnlyList<string>> FindAsync(string accountId, string clientId, CancellationToken cancellationToken)
    {
        const string sql = "SELECT scopes FROM approval WHERE account_id = @accountId AND client_id = @clientId";
        return SpaceDelimited.Split(await database.FindAsync<string>(sql, new { accountId, clientId }, cancellationToken));
    }

    public Task RememberAsync(string accountId, string clientId, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO approval (account_id, client_id, scopes, given_at)
            VALUES (@accountId, @clientId, @scopes, @now)
            ON CONFLICT (account_id, client_id) DO UPDATE SET scopes = excluded.scopes, given_at = excluded.given_at
            """;
        return database.ExecuteAsync(
            sql,
            new { accountId, clientId, scopes = SpaceDelimited.Join(scopes), now = clock.GetUtcNow().ToMicroseconds() },
            cancellationToken);
    }
}
