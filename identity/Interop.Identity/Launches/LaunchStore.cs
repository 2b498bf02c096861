using Interop.Identity.Database;

namespace Interop.Identity.Launches;

/// <summary>Launches for five minutes each. Single use is one UPDATE, so of two requests at two instances one wins.</summary>
internal sealed class LaunchStore(IdentityDatabase database, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private long Now => clock.GetUtcNow().ToMicroseconds();

    public Task AddAsync(Launch launch, CancellationToken cancellationToken)
    {
        // Old ones go as new ones come: a day is enough to tell a late browser why it is refused.
        const string sql = """
            DELETE FROM launch WHERE expires_at < @old;
            INSERT INTO launch (hash, client_id, account_id, patient, encounter, needs_banner, expires_at)
            VALUES (@Hash, @ClientId, @AccountId, @Patient, @Encounter, @NeedsBanner, @expires)
            """;
        var now = clock.GetUtcNow();
        return database.ExecuteAsync(
            sql,
            new
            {
                launch.Hash,
                launch.ClientId,
                launch.AccountId,
                launch.Patient,
                launch.Encounter,
                launch.NeedsBanner,
                expires = (now + Life).ToMicroseconds(),
                old = (now - TimeSpan.FromDays(1)).ToMicroseconds(),
            },
            cancellationToken);
    }

    public Task<Launch?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT hash AS Hash, client_id AS ClientId, account_id AS AccountId, patient AS Patient, encounter AS Encounter,
                   needs_banner AS NeedsBanner, expires_at AS ExpiresAt, used_at AS UsedAt
            FROM   launch
            WHERE  hash = @hash
            """;
        return database.FindAsync<Launch>(sql, new { hash }, cancellationToken);
    }

    /// <summary>False when it was used before or is over.</summary>
    public async Task<bool> TryUseAsync(string hash, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "UPDATE launch SET used_at = @Now WHERE hash = @hash AND used_at IS NULL AND expires_at > @Now",
        new { hash, Now },
        cancellationToken) == 1;
}
