using System.Security.Cryptography;
using System.Text;
using Interop.Identity.Database;

namespace Interop.Identity.Http;

/// <summary>
/// How often something may happen to one name or address, counted by all instances together: the generic cell rate algorithm, which
/// needs one row and one statement. Whom it is about is kept as a hash: people type passwords where names belong.
/// </summary>
internal sealed class AllowanceStore(IdentityDatabase database, TimeProvider clock)
{
    /// <summary>Spends one of <paramref name="count"/> per <paramref name="window"/>. False when none is left.</summary>
    public async Task<bool> TrySpendAsync(string what, string whom, int count, TimeSpan window, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO allowance (source, full_at)
            VALUES (@source, @now + @step)
            ON CONFLICT (source) DO UPDATE
            SET    full_at = CASE WHEN allowance.full_at > @now THEN allowance.full_at ELSE @now END + @step
            WHERE  allowance.full_at <= @latest
            """;
        var now = clock.GetUtcNow();
        var parameters = new
        {
            source = Source(what, whom),
            now = now.ToMicroseconds(),
            step = Step(count, window),
            latest = (now + window).ToMicroseconds() - Step(count, window),
        };
        return await database.ExecuteAsync(sql, parameters, cancellationToken) == 1;
    }

    /// <summary>Gives back what was spent on something that turned out to be right.</summary>
    public Task ReturnAsync(string what, string whom, int count, TimeSpan window, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE allowance SET full_at = full_at - @step WHERE source = @source",
            new { source = Source(what, whom), step = Step(count, window) },
            cancellationToken);

    private static string Source(string what, string whom) =>
        what + ":" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(whom)));

    private static long Step(int count, TimeSpan window) => (long)window.TotalMicroseconds / count;
}
