using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

public sealed class SqliteResourceStoreTests() : ResourceStoreContract(new SqliteDatabase())
{
    protected override Database Fresh() => new SqliteDatabase();

    /// <summary>The trail is another file: what it has taken may still be where it came from.</summary>
    [Fact]
    public async Task A_row_that_the_trail_has_taken_is_not_taken_again_where_it_still_waits()
    {
        using var database = new SqliteDatabase();
        await using (var store = await database.OpenAsync())
        {
            await store.WriteAsync(session => session.Audit(Audited("written")), CancellationToken.None);
        }

        database.Tamper("""
            INSERT INTO audit_pending (number, instant, interaction, outcome, detail) VALUES (1, 1, 'create', 'again', '{}')
            ON CONFLICT DO NOTHING
            """);
        await using var reopened = await database.OpenAsync();

        Assert.Equal(["written"], (await reopened.AuditAsync(0, 10, CancellationToken.None)).Select(entry => entry.Row.Outcome));
    }
}
