using System.Collections.Concurrent;
using System.Security.Cryptography;
using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tokens;

/// <summary>
/// The RSA keys that sign tokens. A new key is published before it signs and the old one stays published until the last token
/// that it signed has expired, so no verifier meets an unknown key. Read from the table each time: all instances agree.
/// </summary>
internal sealed class SigningKeys(
    IdentityDatabase database, FollowerStore followers, IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>How long a new key is published before it signs; longer than verifiers may cache the key set.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Overlap = IdentitySettings.AccessTokenLife + TimeSpan.FromMinutes(5);

    private readonly IDataProtector protector = protection.CreateProtector("signing-key");
    private readonly ConcurrentDictionary<string, RsaSecurityKey> loaded = new();

    /// <summary>The key that signs now; makes the first one when there is none.</summary>
    public async Task<SigningCredentials> CurrentAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToMicroseconds();
        var current = (await RowsAsync(cancellationToken)).Where(row => row.SignsFrom <= now).LastOrDefault();
        if (current is null)
        {
            await InsertAsync(now, withdrawOthers: null, cancellationToken);
            current = (await RowsAsync(cancellationToken))[^1];
        }

        return new SigningCredentials(loaded.GetOrAdd(current.Kid, _ => Load(current)), SecurityAlgorithms.RsaSha256);
    }

    /// <summary>The public keys to verify with, newest last.</summary>
    public async Task<IReadOnlyList<JsonWebKey>> PublishedAsync(CancellationToken cancellationToken)
    {
        _ = await CurrentAsync(cancellationToken);
        return
        [
            .. (await RowsAsync(cancellationToken)).Select(row =>
                new JsonWebKey
                {
                    Kty = "RSA", Use = "sig", Alg = SecurityAlgorithms.RsaSha256, Kid = row.Kid, N = row.Modulus, E = row.Exponent
                }),
        ];
    }

    /// <summary>Makes a new key.</summary>
    /// <param name="atOnce">For a key that has leaked: the new one signs now and the others are withdrawn now.</param>
    /// <returns>The new key's id.</returns>
    public async Task<string> RotateAsync(bool atOnce, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var signsFrom = atOnce ? now : now + Lead;
        var withdrawn = (atOnce ? now : signsFrom + Overlap).ToMicroseconds();
        var kid = await InsertAsync(signsFrom.ToMicroseconds(), withdrawn, cancellationToken);
        await followers.WaitAsync(cancellationToken);
        return kid;
    }

    private async Task<IReadOnlyList<Row>> RowsAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT kid AS Kid, protected AS Protected, modulus AS Modulus, exponent AS Exponent, signs_from AS SignsFrom
            FROM   signing_key
            WHERE  published_to IS NULL OR published_to > @now
            ORDER  BY signs_from, created_at, kid
            """;
        return await database.ListAsync<Row>(sql, new { now = clock.GetUtcNow().ToMicroseconds() }, cancellationToken);
    }

    /// <param name="withdrawOthers">When the other keys stop being published; null to insert only where there is no key.</param>
    private async Task<string> InsertAsync(long signsFrom, long? withdrawOthers, CancellationToken cancellationToken)
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(false);
        var row = new Row(
            Secret.NewId(),
            Convert.ToBase64String(protector.Protect(rsa.ExportPkcs8PrivateKey())),
            Base64UrlEncoder.Encode(parameters.Modulus),
            Base64UrlEncoder.Encode(parameters.Exponent),
            signsFrom);
        const string sql = """
            UPDATE signing_key SET published_to = @withdrawn, withdrawn_at = CASE WHEN @withdrawn <= @now THEN @now END
            WHERE  @isFirst = 0 AND (published_to IS NULL OR published_to > @withdrawn);
            INSERT INTO signing_key (kid, protected, modulus, exponent, created_at, signs_from)
            SELECT @Kid, @Protected, @Modulus, @Exponent, @now, @SignsFrom
            WHERE  @isFirst = 0 OR NOT EXISTS (SELECT 1 FROM signing_key WHERE published_to IS NULL)
            """;
        await database.ExecuteAloneAsync(
            "signing_key",
            sql,
            new
            {
                row.Kid,
                row.Protected,
                row.Modulus,
                row.Exponent,
                row.SignsFrom,
                now = clock.GetUtcNow().ToMicroseconds(),
                withdrawn = withdrawOthers ?? 0,
                isFirst = withdrawOthers is null ? 1 : 0,
            },
            cancellationToken);
        return row.Kid;
    }

    private RsaSecurityKey Load(Row row)
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(protector.Unprotect(Convert.FromBase64String(row.Protected)), out _);
        return new RsaSecurityKey(rsa) { KeyId = row.Kid };
    }

    private sealed record Row(string Kid, string Protected, string Modulus, string Exponent, long SignsFrom);
}
