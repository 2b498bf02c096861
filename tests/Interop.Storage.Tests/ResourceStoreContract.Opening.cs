using Interop.Sharing.Policy;
using Interop.Storage.Migrations;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>Opening a database, again and with others.</summary>
public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1, (1, Token("gender", "male"))));
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await store.RecordAsync(Audited(), CancellationToken.None);
        await store.DisposeAsync();
        store = await database.OpenAsync();

        Assert.Equal("p", await store.IdsAsync("Patient?gender=male"));
        await store.RecordAsync(Audited(), CancellationToken.None);
        Assert.Equal(new(2, null, null), await store.VerifyAuditAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_second_process_on_the_same_database_continues_the_same_audit_chain()
    {
        await using var other = await database.OpenAsync();
        for (var number = 0; number < 5; number++)
        {
            await store.RecordAsync(Audited(), CancellationToken.None);
            await other.RecordAsync(Audited(), CancellationToken.None);
        }

        Assert.Equal(new(10, null, null), await store.VerifyAuditAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_database_of_a_later_program_is_refused()
    {
        await store.DisposeAsync();
        database.Tamper("INSERT INTO schema_migration (number, name) VALUES (9999, 'later')");

        await Assert.ThrowsAsync<UnsupportedSchemaException>(database.OpenAsync);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("postgres:")]
    [InlineData("postgres:Host=a;Port=here;Password=told")]
    [InlineData("mysql:x")]
    public async Task An_unknown_database_setting_is_refused(string setting) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ResourceStore.OpenAsync(setting, CancellationToken.None));

    [Fact]
    public async Task A_temporary_database_works_like_any_other()
    {
        await using var temporary = await ResourceStore.OpenAsync("sqlite::memory:", CancellationToken.None);
        await temporary.PutAsync(Resource("Patient/p", "p", 1));

        Assert.NotNull(await temporary.SeeAsync("Patient/p", Owner()));
    }
}
