using Interop.Sharing.Policy;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>Two servers on one PostgreSQL: what one has written counts at the other, and each has a chain of the trail to itself.</summary>
public sealed class PostgresTwoServersTests : IAsyncLifetime, IDisposable
{
    private readonly PostgresDatabase database = new();
    private ResourceStore one = null!;
    private ResourceStore other = null!;

    public async Task InitializeAsync() => (one, other) = (await database.OpenAsync(), await database.OpenAsync());

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await other.DisposeAsync();
    }

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Several_servers_may_start_at_once_on_an_empty_database()
    {
        var empty = $"postgres:{await PostgresCluster.CreateDatabaseAsync()}";

        var stores = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => ResourceStore.OpenAsync(empty, CancellationToken.None))));

        await Task.WhenAll(stores.Select((store, number) => store.PutAsync(Resource($"Patient/p{number}", $"p{number}", 1))));
        Assert.NotNull(await stores[0].SeeAsync("Patient/p3", Owner()));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
        await PostgresCluster.DropDatabaseAsync(empty["postgres:".Length..]);
    }

    [Fact]
    public async Task A_grant_that_one_takes_back_is_gone_at_the_other_with_the_next_statement()
    {
        await one.PutAsync(Resource("Patient/p", "p", 1));
        for (var round = 0; round < 20; round++)
        {
            await one.GrantAsync("p", Grant("p", Tier.Basic));
            Assert.NotNull(await other.SeeAsync("Patient/p"));
            await one.GrantAsync("p", Grant("p", Tier.None));
            Assert.Null(await other.SeeAsync("Patient/p"));
        }
    }

    [Fact]
    public async Task Two_writers_on_one_version_do_not_both_win()
    {
        await one.PutAsync(Resource("Task/t", "p", 1));
        var won = 0;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => (number % 2 == 0 ? one : other).WriteAsync(
            session =>
            {
                if (session.Rows.Find(Key("Task/t"))!.Version == 1)
                {
                    session.Put(Resource("Task/t", "p", 1));
                    Interlocked.Increment(ref won);
                }
            },
            CancellationToken.None)));

        Assert.Equal(1, won);
        Assert.Equal(2, (await other.SeeAsync("Task/t", Owner()))!.Version);
    }

    [Fact]
    public async Task What_was_found_before_a_write_of_another_server_is_looked_for_again()
    {
        await one.PutAsync(Resource("Patient/p", "p", 1));
        await one.PutAsync(Resource("Patient/q", "q", 1));
        Assert.True(await IsUnchangedAsync(_ => Task.CompletedTask));

        Assert.False(await IsUnchangedAsync(_ => other.PutAsync(Resource("Patient/r", "r", 1))));
        Assert.True(await IsUnchangedAsync(_ => Task.CompletedTask));

        async Task<bool> IsUnchangedAsync(Func<ResourceStore, Task> between)
        {
            var mark = one.MarkOf(["Encounter"]);
            await between(other);
            return await one.WriteAsync(session => session.IsUnchanged(mark), CancellationToken.None);
        }
    }

    [Fact]
    public async Task Each_adds_to_a_chain_of_its_own_and_both_are_verified()
    {
        await AuditAsync(5);

        Assert.Equal(new(10, null, null), await one.VerifyAuditAsync(CancellationToken.None));
        Assert.Equal(10, (await other.AuditAsync(0, 100, CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData("UPDATE audit SET outcome = 'deny' WHERE chain = 2 AND sequence = 3", 3)]
    [InlineData("DELETE FROM audit WHERE chain = 2 AND sequence > 3", 4)]
    [InlineData("DELETE FROM audit WHERE chain = 2; DELETE FROM head WHERE chain = 2", 4)]
    [InlineData("DELETE FROM audit WHERE chain = 1; DELETE FROM head WHERE chain = 1", 5)]
    [InlineData("DELETE FROM head WHERE chain = 2", 6)]
    [InlineData("""
        DELETE FROM audit WHERE chain = 2 AND sequence > 3;
        UPDATE head SET sequence = 3, hash = (SELECT hash FROM audit WHERE chain = 2 AND sequence = 3) WHERE chain = 2
        """, 4)]
    [InlineData("""
        UPDATE audit SET chain = chain + 10; UPDATE audit SET chain = 13 - chain;
        UPDATE head SET chain = chain + 10; UPDATE head SET chain = 13 - chain
        """, 1)]
    public async Task A_change_to_one_chain_or_its_end_or_all_of_it_is_found(string tampering, long place)
    {
        await AuditAsync(5);
        Assert.True((await one.VerifyAuditAsync(CancellationToken.None)).Holds);

        database.TamperWithTrail(tampering);

        Assert.Equal(place, (await one.VerifyAuditAsync(CancellationToken.None)).BrokenSequence);
    }

    [Fact]
    public async Task A_chain_that_is_gone_before_any_other_was_added_to_is_missed()
    {
        await one.RecordAsync(Audited(), CancellationToken.None);
        await other.RecordAsync(Audited(), CancellationToken.None);

        database.TamperWithTrail("DELETE FROM audit WHERE chain = 2; DELETE FROM head WHERE chain = 2");

        Assert.False((await one.VerifyAuditAsync(CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_chain_is_gone_on_with_when_its_server_is_gone()
    {
        await AuditAsync(2);
        await one.DisposeAsync();
        one = await database.OpenAsync();

        await AuditAsync(2);

        Assert.Equal(new(8, null, null), await other.VerifyAuditAsync(CancellationToken.None));
        Assert.Equal(4, (await other.AuditAsync(0, 100, CancellationToken.None)).Max(entry => entry.Sequence));
    }

    [Fact]
    public async Task What_a_killed_server_left_is_taken_over_once()
    {
        await one.DisposeAsync();
        await other.DisposeAsync();
        database.Tamper("""
            INSERT INTO audit_pending (instant, interaction, outcome, detail)
            SELECT 1, 'create', 'left' || n, '{}' FROM generate_series(1, 50) n
            """);

        var stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(database.OpenAsync)));

        (one, other) = (stores[0], stores[1]);
        var taken = (await one.AuditAsync(0, 1000, CancellationToken.None)).Select(entry => entry.Row.Outcome).ToList();
        Assert.Equal(Enumerable.Range(1, 50).Select(number => $"left{number}").Order(), taken.Order());
        Assert.True((await stores[2].VerifyAuditAsync(CancellationToken.None)).Holds);
        await stores[2].DisposeAsync();
    }

    /// <summary>In turn, so that the head of each names rows of the other.</summary>
    private async Task AuditAsync(int each)
    {
        for (var number = 0; number < each; number++)
        {
            await one.RecordAsync(Audited($"permit{number}"), CancellationToken.None);
            await other.RecordAsync(Audited($"permit{number}"), CancellationToken.None);
        }
    }
}
