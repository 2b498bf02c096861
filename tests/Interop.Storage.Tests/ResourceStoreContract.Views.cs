using Interop.Sharing.Policy;
using Interop.Storage.Read;
using Xunit;
using static Interop.Storage.Tests.Given;

namespace Interop.Storage.Tests;

/// <summary>How a view changes, its history, and its sessions.</summary>
public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task A_view_changes_when_its_hash_does()
    {
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await store.PutAsync(Resource("Patient/p", "p", 1));
        await store.PutAsync(Resource("Patient/p", "p", 1).With(judged => judged with { Views = SameViews with { Full = 7 } }) with
        {
            Instant = Now + 100,
        });

        Assert.Equal(Now, (await store.SeeAsync("Patient/p"))!.Changed);
        Assert.Equal("", await store.IdsAsync("Patient?_lastUpdated=gt2025-06-15T15:06:40Z"));
        await store.GrantAsync("p", Grant("p", Tier.Full));
        Assert.Equal(Now + 100, (await store.SeeAsync("Patient/p"))!.Changed);
        Assert.Equal(Now + 100, (await store.SeeAsync("Patient/p", Owner()))!.Changed);
        Assert.Equal("p", await store.IdsAsync("Patient?_lastUpdated=ge2025-06-15T15:06:40Z"));
    }

    [Fact]
    public async Task Histories_of_types_tell_of_versions_and_deletions_to_who_saw_them()
    {
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await store.GrantAsync("q", Grant("q", Tier.Basic, grantee: "another"));
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Condition/c", "p", 1), Resource("Condition/h", "p", 3));
        await store.PutAsync(Resource("Condition/q", "q", 1));
        foreach (var (reference, number) in new[] { "Condition/c", "Condition/h", "Condition/q" }.Select((reference, number) => (
            reference, number)))
        {
            await store.WriteAsync(session => session.Delete(Key(reference), Now + 100 + number), CancellationToken.None);
        }

        await using var read = await store.OpenReadAsync(CancellationToken.None);
        Assert.Equal(["Condition/c deleted", "Condition/c first"], Told(new("Condition", 50, null, null, null), Sight()));
        Assert.Equal(
            [
                "Condition/q deleted", "Condition/h deleted", "Condition/c deleted", "Condition/q first", "Condition/h first",
                "Condition/c first",
            ],
            Told(new("Condition", 50, null, null, null), Owner()));
        Assert.Equal(["Condition/q deleted", "Condition/h deleted"], Told(new("Condition", 2, null, null, null), Owner()));
        Assert.Equal(
            ["Condition/c deleted", "Condition/q first"],
            Told(new("Condition", 2, null, null, new(Now + 101, Key("Condition/h"))), Owner()));
        Assert.Equal(["Condition/q deleted", "Condition/h deleted"], Told(new("Condition", 50, Now + 101, null, null), Owner()));
        Assert.Equal(["Condition/c first"], Told(new("Condition", 50, null, (Now, Now), null), Sight()));
        Assert.Equal(7, Told(new(null, 50, null, null, null), Owner()).Count());
        Assert.Empty(Told(new(null, 50, null, null, null), Sight()));

        IEnumerable<string> Told(HistoryQuery query, Sight sight) => read.Rows.Histories(query, sight).Versions
            .Select(version => $"{version.Seen.Key} {(version.Seen.Deleted ? "deleted" : version.IsFirst ? "first" : "changed")}");
    }

    [Fact]
    public async Task What_was_deleted_is_told_to_who_may_see_the_record_now()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Condition/c", "p", 1));
        await store.WriteAsync(session => session.Delete(Key("Condition/c"), Now + 100), CancellationToken.None);
        Assert.Equal(0, await CountAsync());

        await store.GrantAsync("p", Grant("p", Tier.Basic));
        Assert.Equal(2, await CountAsync());

        await store.GrantAsync("p");
        Assert.Equal(0, await CountAsync());

        async Task<long?> CountAsync()
        {
            await using var read = await store.OpenReadAsync(CancellationToken.None);
            return read.Rows.Histories(new("Condition", 0, null, null, null), Sight()).Total;
        }
    }

    [Fact]
    public async Task History_has_the_versions_that_changed_the_view_newest_first_and_no_others()
    {
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        var hidden = Resource("Patient/p", "p", 1).With(judged => judged with { Views = SameViews with { Full = 7 } });
        var changed = Resource("Patient/p", "p", 1).With(judged => judged with { Views = new(2, 2, 2, 2, 2, 2, 2) });
        var secret = changed.With(judged => judged with { Labels = 1, Views = new(3, 3, 3, 3, 3, 3, 3) });
        await store.PutAsync(Resource("Patient/p", "p", 1), hidden, changed);
        await using (var read = await store.OpenReadAsync(CancellationToken.None))
        {
            Assert.Equal([3, 2], read.Rows.History(Key("Patient/p"), Sight()).Select(seen => seen.Version));
            var whole = read.Rows.History(Key("Patient/p"), Owner());
            Assert.Equal([3, 2, 1], whole.Select(seen => seen.Version));
        }

        // What has become sensitive was so before.
        await store.PutAsync(secret);
        await using (var read = await store.OpenReadAsync(CancellationToken.None))
        {
            Assert.Empty(read.Rows.History(Key("Patient/p"), Sight()));
        }
    }

    [Fact]
    public async Task A_deletion_is_told_only_to_those_who_could_read_the_last_version()
    {
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await store.PutAsync(Resource("Patient/p", "p", 1, (1, Token("gender", "male"))), Resource("Condition/c", "p", 2));
        await store.WriteAsync(
            session =>
            {
                Assert.Equal(2, session.Delete(Key("Patient/p"), Now + 1));
                Assert.Null(session.Delete(Key("Patient/p"), Now + 2));
                Assert.Equal(2, session.Delete(Key("Condition/c"), Now + 1));
                Assert.Null(session.Delete(Key("Condition/none"), Now + 1));
            },
            CancellationToken.None);

        Assert.True((await store.SeeAsync("Patient/p"))!.Deleted);
        Assert.Null(await store.SeeAsync("Condition/c"));
        Assert.Equal("", await store.IdsAsync("Patient"));
        Assert.Equal("", await store.IdsAsync("Patient?gender:missing=true"));
        await using (var read = await store.OpenReadAsync(CancellationToken.None))
        {
            var history = read.Rows.History(Key("Patient/p"), Sight());
            Assert.Equal([true, false], history.Select(seen => seen.Deleted));
            Assert.Empty(read.Rows.History(Key("Condition/c"), Sight()));
        }

        await store.PutAsync(Resource("Patient/p", "p", 1));
        Assert.Equal(3, (await store.SeeAsync("Patient/p"))!.Version);
        Assert.False((await store.SeeAsync("Patient/p"))!.Deleted);
    }

    [Fact]
    public async Task Sights_that_share_a_session_do_not_mix()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Task/t", "p", 3));
        await store.GrantAsync("p", Grant("p", Tier.Full), Grant("p", Tier.Basic, grantee: "other"),
            Grant("p", Tier.None, practitioner: "dr"));
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        (Sight Sight, string Reference, Tier? Seen)[] expectations =
        [
            (Sight(), "Task/t", Tier.Full),
            (Sight("other"), "Task/t", null),
            (Sight("other"), "Patient/p", Tier.Basic),
            (Sight(purposes: ["ETREAT"]), "Patient/p", null),
            (Sight(instant: -1), "Patient/p", null),
            (Sight(practitioner: "dr"), "Patient/p", null),
            (Sight(practitioner: "another"), "Patient/p", Tier.Full),
            (Sight(types: ["Task"]), "Patient/p", null),
            (Sight(types: ["Patient"]), "Patient/p", Tier.Full),
            (Sight(types: ["Patient"]), "Task/t", null),
            (Owner(), "Task/t", Tier.Own),
            (Sight("nobody"), "Patient/p", null),
        ];

        foreach (var (sight, reference, tier) in expectations.Concat(expectations.Reverse()))
        {
            Assert.Equal(tier, read.Rows.See(Key(reference), sight)?.Tier);
        }
    }

    [Fact]
    public async Task A_session_that_is_ended_twice_gives_its_connection_to_one_other_only()
    {
        var ended = await store.OpenReadAsync(CancellationToken.None);
        await ended.DisposeAsync();
        await ended.DisposeAsync();
        await using var first = await store.OpenReadAsync(CancellationToken.None);
        await using var second = await store.OpenReadAsync(CancellationToken.None);

        await store.PutAsync(Resource("Patient/p", "p", 1));
        Assert.NotNull(first.Rows.Find(Key("Patient/p")));
        await store.PutAsync(Resource("Patient/q", "q", 1));
        Assert.NotNull(second.Rows.Find(Key("Patient/q")));
        Assert.Null(first.Rows.Find(Key("Patient/q")));
    }
}
