using Interop.Identity.Authorization;
using Interop.Identity.Database;
using Interop.Identity.Tokens;
using Npgsql;

namespace Interop.Identity.Tests.Operation;

/// <summary>The same on PostgreSQL, and what only its concurrent writers could break.</summary>
public sealed class PostgresTablesTests() : TablesTests(DatabaseKind.Postgres)
{
    [Fact]
    public async Task A_revocation_that_is_slow_to_commit_is_not_overtaken_by_a_later_one()
    {
        const string blocked = "SELECT 'yes' FROM pg_locks WHERE locktype = 'advisory' AND NOT granted LIMIT 1";
        await using var connection = new NpgsqlConnection(issuer.Settings.PostgresConnection);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var expires = issuer.Clock.GetUtcNow().AddMinutes(5);
        await using (var command =
            new NpgsqlCommand("INSERT INTO revoked_token (jti, expires_at) VALUES ('slow', @at)", connection, transaction))
        {
            command.Parameters.AddWithValue("at", expires.ToMicroseconds());
            await command.ExecuteNonQueryAsync();
        }

        var fast = issuer.Get<GrantStore>().RevokeTokenAsync("fast", expires, CancellationToken.None);
        while (!fast.IsCompleted
            && await issuer.Get<IdentityDatabase>().FindAsync<string>(blocked, new { }, CancellationToken.None) is null)
        {
            await Task.Delay(20);
        }

        var following = FollowAsync(issuer, 2);
        await Task.Delay(300); // where the fast one could overtake, the follower is told of it in this time
        await transaction.CommitAsync();
        await fast;

        Assert.Equal([Secret.Hash("jti:slow"), Secret.Hash("jti:fast")], await following);
    }
}
