using Interop.Identity.Audit;
using Interop.Identity.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Secret = Interop.Identity.Tokens.Secret;

namespace Interop.Identity.Accounts;

/// <summary>Checks passwords and second factors. All failures look alike from outside; the trail has the reason.</summary>
internal sealed class SignIn(
    AccountStore accounts,
    PasswordPolicy policy,
    IPasswordHasher<Account> hasher,
    IDataProtectionProvider protection,
    RequestLimits limits,
    SecurityTrail trail,
    TimeProvider clock)
{
    private readonly IDataProtector protector = protection.CreateProtector("totp");
    private readonly Lazy<string> nobody = new(() => hasher.HashPassword(new Account(), Secret.New()));

    /// <summary>The account, or null. The same work is done for a name that nobody has, so that time does not tell.</summary>
    public async Task<Account?> PasswordAsync(string userName, string password, string? remote, CancellationToken cancellationToken)
    {
        if (await limits.RefuseSignInAsync(userName, remote, cancellationToken) is { } tooMany)
        {
            return await RefuseAsync(null, remote, tooMany, cancellationToken);
        }

        var account = password.Length <= PasswordPolicy.MaxLength ? await accounts.FindByNameAsync(userName, cancellationToken) : null;
        var result = hasher.VerifyHashedPassword(account ?? new Account(), account?.PasswordHash ?? nobody.Value, password);
        if (account is null)
        {
            return await RefuseAsync(null, remote, "The name is not known.", cancellationToken);
        }

        if (accounts.IsLocked(account))
        {
            return await RefuseAsync(account, remote, "The account is locked.", cancellationToken);
        }

        if (result == PasswordVerificationResult.Failed)
        {
            await accounts.FailedAsync(account.AccountId, cancellationToken);
            return await RefuseAsync(account, remote, "The password is wrong.", cancellationToken);
        }

        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await accounts.SetPasswordAsync(account.AccountId, hasher.HashPassword(account, password), cancellationToken);
        }

        await limits.SucceededAsync(userName, remote, cancellationToken);
        if (!account.HasSecondFactor)
        {
            await accounts.SucceededAsync(account.AccountId, cancellationToken); // with one, failures count until that holds as well
        }

        return account;
    }

    /// <summary>The <c>amr</c> of the factor, or null when the code is wrong, used before, or the account is locked.</summary>
    public async Task<string?> SecondFactorAsync(Account account, string code, string? remote, CancellationToken cancellationToken)
    {
        var refusal = await limits.RefuseSignInAsync(account.UserName, remote, cancellationToken)
            ?? (accounts.IsLocked(account) ? "The account is locked." : null);
        if (refusal is not null || account.Totp is null)
        {
            await RefuseAsync(account, remote, refusal ?? "There is no second factor.", cancellationToken);
            return null;
        }

        var secret = protector.Unprotect(Convert.FromBase64String(account.Totp));
        var method = Totp.Match(secret, code, clock.GetUtcNow()) is { } step
            ? await accounts.TryUseStepAsync(account.AccountId, step, cancellationToken) ? "otp" : null
            : await accounts.TryUseRecoveryCodeAsync(account.AccountId, RecoveryHash(code), cancellationToken) ? "recovery" : null;
        if (method is null)
        {
            await accounts.FailedAsync(account.AccountId, cancellationToken);
            await RefuseAsync(account, remote, "The second factor is wrong or used.", cancellationToken);
            return null;
        }

        await limits.SucceededAsync(account.UserName, remote, cancellationToken);
        await accounts.SucceededAsync(account.AccountId, cancellationToken);
        return method;
    }

    /// <summary>Gives the account a second factor and ten new recovery codes, if the code shows that the app has the secret.</summary>
    /// <returns>The recovery codes, which are shown once; null when the code is wrong.</returns>
    public async Task<IReadOnlyList<string>?> EnrolAsync(
        Account account, byte[] secret, string code, string? remote, CancellationToken cancellationToken)
    {
        if (
            Totp.Match(secret, code, clock.GetUtcNow()) is not { } step
                || !await accounts.TryUseStepAsync(account.AccountId, step, cancellationToken))
        {
            return null;
        }

        List<string> codes =
            [.. Enumerable.Range(0, 10).Select(_ => Totp.Base32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(10)))];
        await accounts.ReplaceRecoveryCodesAsync(account.AccountId, codes.Select(RecoveryHash), cancellationToken);
        await accounts.SetTotpAsync(account.AccountId, Protect(secret), cancellationToken);
        await trail.RecordAsync(new("second-factor-enrolled", false, null, account.AccountId, remote, null), cancellationToken);
        return codes;
    }

    /// <summary>Why the new password is not taken, or null when it is set.</summary>
    public async Task<string?> ChangePasswordAsync(
        Account account, string current, string replacement, string? remote, CancellationToken cancellationToken)
    {
        if (await PasswordAsync(account.UserName, current, remote, cancellationToken) is null)
        {
            return "The current password is wrong.";
        }

        if (policy.Objection(account.UserName, replacement) is { } objection)
        {
            return objection;
        }

        await accounts.SetPasswordAsync(account.AccountId, hasher.HashPassword(account, replacement), cancellationToken);
        await trail.RecordAsync(new("password-changed", false, null, account.AccountId, remote, null), cancellationToken);
        return null;
    }

    /// <exception cref="SettingsException">The password is not taken, or the name is in use.</exception>
    public async Task AddAsync(Account account, string password, CancellationToken cancellationToken)
    {
        if (policy.Objection(account.UserName, password) is { } objection)
        {
            throw new SettingsException(objection);
        }

        await accounts.AddAsync(account with { PasswordHash = hasher.HashPassword(account, password) }, cancellationToken);
        await trail.RecordAsync(new("account-added", false, null, account.AccountId, null, null), cancellationToken);
    }

    public string Protect(byte[] secret) => Convert.ToBase64String(protector.Protect(secret));

    private static string RecoveryHash(string code) =>
        Secret.Hash(new string([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]));

    private async Task<Account?> RefuseAsync(Account? account, string? remote, string reason, CancellationToken cancellationToken)
    {
        await trail.RecordAsync(new("sign-in", true, null, account?.AccountId, remote, reason), cancellationToken);
        return null;
    }
}
