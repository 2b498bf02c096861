using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;

namespace Interop.Identity.Accounts;

/// <summary>
/// Accounts with their lockout, second factor and recovery codes; each change is one statement, so instances can't interleave.
/// </summary>
internal sealed class AccountStore(IdentityDatabase database, FollowerStore followers, TimeProvider clock)
{
    private const int FailuresBeforeLock = 5;
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(15);

    private const string Columns = """
        account_id AS AccountId, user_name AS UserName, display_name AS DisplayName, organization AS Organization,
        password_hash AS PasswordHash, roles AS Roles, purposes AS Purposes, fhir_user AS FhirUser, patient AS Patient,
        locked_until AS LockedUntil, totp AS Totp, disabled_at AS DisabledAt
        """;

    /// <summary>What could break a line, hide in a list or be refused by a database is no name.</summary>
    private static bool IsUserName(string text) =>
        text.Length is > 0 and <= 100
            && text.All(letter => char.IsLetterOrDigit(letter) || char.IsPunctuation(letter) || char.IsSymbol(letter));

    private long Now => clock.GetUtcNow().ToMicroseconds();

    public static string Normalize(string userName) => userName.Trim().ToLowerInvariant();

    public Task<Account?> FindByNameAsync(string userName, CancellationToken cancellationToken) =>
        IsUserName(Normalize(userName))
            ? database.FindAsync<Account>(
                $"SELECT {Columns} FROM account WHERE user_name = @name AND disabled_at IS NULL",
                new { name = Normalize(userName) },
                cancellationToken)
            : Task.FromResult<Account?>(null);

    public Task<Account?> FindAsync(string accountId, CancellationToken cancellationToken) =>
        database.FindAsync<Account>(
            $"SELECT {Columns} FROM account WHERE account_id = @accountId AND disabled_at IS NULL", new { accountId }, cancellationToken);

    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellationToken) =>
        database.ListAsync<Account>($"SELECT {Columns} FROM account ORDER BY user_name", new { }, cancellationToken);

    /// <exception cref="SettingsException">The name is taken, or is none.</exception>
    public async Task AddAsync(Account account, CancellationToken cancellationToken)
    {
        if (!IsUserName(Normalize(account.UserName)))
        {
            throw new SettingsException("A user name has 1 to 100 characters: letters, digits and punctuation, no spaces.");
        }

        const string sql = """
            INSERT INTO account
                (account_id, user_name, display_name, organization, password_hash, roles, purposes, fhir_user, patient, totp, created_at)
            VALUES (@AccountId, @UserName, @DisplayName, @Organization, @PasswordHash, @Roles, @Purposes, @FhirUser, @Patient, @Totp, @Now)
            ON CONFLICT DO NOTHING
            """;
        var parameters = new
        {
            account.AccountId,
            UserName = Normalize(account.UserName),
            account.DisplayName,
            account.Organization,
            account.PasswordHash,
            account.Roles,
            account.Purposes,
            account.FhirUser,
            account.Patient,
            account.Totp,
            Now,
        };
        if (await database.ExecuteAsync(sql, parameters, cancellationToken) == 0)
        {
            throw new SettingsException($"There is a user {Normalize(account.UserName)} already.");
        }
    }

    /// <summary>Ends the account, at the APIs too.</summary>
    public async Task DisableAsync(string accountId, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "UPDATE account SET disabled_at = @Now WHERE account_id = @accountId", new { accountId, Now }, cancellationToken);
        await followers.WaitAsync(cancellationToken);
    }

    public bool IsLocked(Account account) => account.LockedUntil > Now;

    /// <summary>Counts a wrong password or second factor; the fifth locks the account and starts the count again.</summary>
    public Task FailedAsync(string accountId, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE account
            SET    locked_until = CASE WHEN failures + 1 >= @FailuresBeforeLock THEN @until ELSE locked_until END,
                   failures = CASE WHEN failures + 1 >= @FailuresBeforeLock THEN 0 ELSE failures + 1 END
            WHERE  account_id = @accountId
            """;
        return database.ExecuteAsync(
            sql, new { accountId, FailuresBeforeLock, until = (clock.GetUtcNow() + Lock).ToMicroseconds() }, cancellationToken);
    }

    public Task SucceededAsync(string accountId, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE account SET failures = 0, locked_until = 0 WHERE account_id = @accountId", new { accountId }, cancellationToken);

    public Task SetPasswordAsync(string accountId, string hash, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE account SET password_hash = @hash WHERE account_id = @accountId", new { accountId, hash }, cancellationToken);

    public Task SetTotpAsync(string accountId, string protectedSecret, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE account SET totp = @protectedSecret WHERE account_id = @accountId",
            new { accountId, protectedSecret },
            cancellationToken);

    /// <summary>False when this step or a later one was used: a code works once (RFC 6238 section 5.2).</summary>
    public async Task<bool> TryUseStepAsync(string accountId, long step, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE account SET totp_step = @step WHERE account_id = @accountId AND totp_step < @step",
            new { accountId, step },
            cancellationToken) == 1;

    public async Task ReplaceRecoveryCodesAsync(string accountId, IEnumerable<string> hashes, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync("DELETE FROM recovery_code WHERE account_id = @accountId", new { accountId }, cancellationToken);
        foreach (var hash in hashes)
        {
            await database.ExecuteAsync(
                "INSERT INTO recovery_code (account_id, hash) VALUES (@accountId, @hash)", new { accountId, hash }, cancellationToken);
        }
    }

    public async Task<bool> TryUseRecoveryCodeAsync(string accountId, string hash, CancellationToken cancellationToken)
    {
        const string sql = "UPDATE recovery_code SET used_at = @Now WHERE account_id = @accountId AND hash = @hash AND used_at IS NULL";
        return await database.ExecuteAsync(sql, new { accountId, hash, Now }, cancellationToken) == 1;
    }
}
