using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Storage.Tests.Given;
using Interop.Storage.Write;
using Xunit;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task A_work_that_throws_leaves_nothing_and_its_neighbours_everything()
    {
        var good = Enumerable.Range(0, 50).Select(number => store.PutAsync(Resource($"Patient/g{number}", $"g{number}", 1))).ToList();
        var bad = store.WriteAsync(
            session =>
            {
                session.Put(Resource("Patient/bad", "bad", 1, (1, Token("gender", "male"))));
                session.ReplaceGrants("bad", null, [Grant("bad", Tier.Basic)]);
                session.Audit(Audited());
                throw new InvalidDataException("no");
            },
            CancellationToken.None);
        var after = store.RecordAsync(Audited("after"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
        await Task.WhenAll(good);
        await after;

        Assert.Null(await store.SeeAsync("Patient/bad", Owner()));
        Assert.Equal("", await store.IdsAsync("Patient?gender=male", Owner()));
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        Assert.Empty(read.Rows.GrantsOf("bad"));
        Assert.Equal(50, read.Rows.Count());
        Assert.Equal(["after"], (await store.AuditAsync(0, 10, CancellationToken.None)).Select(entry => entry.Row.Outcome));
        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task Two_writers_on_one_version_do_not_both_win()
    {
        await store.PutAsync(Resource("Task/t", "p", 1));
        var won = 0;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.WriteAsync(
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
        Assert.Equal(2, (await store.SeeAsync("Task/t", Owner()))!.Version);
    }

    [Fact]
    public async Task No_write_keeps_an_audit_row_waiting()
    {
        using var release = new ManualResetEventSlim();
        var writing = store.WriteAsync(session => release.Wait(), CancellationToken.None);

        await store.RecordAsync(Audited("meanwhile"), CancellationToken.None);

        Assert.False(writing.IsCompleted);
        release.Set();
        await writing;
        Assert.Equal(new(1, null, null), await store.VerifyAuditAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_write_is_told_when_its_row_is_in_the_trail_and_one_that_was_left_behind_is_taken_over()
    {
        await store.WriteAsync(session => session.Audit(Audited("written")), CancellationToken.None);
        Assert.Equal(["written"], (await store.AuditAsync(0, 10, CancellationToken.None)).Select(entry => entry.Row.Outcome));
        await store.DisposeAsync();
        database.Tamper(
            "INSERT INTO audit_pending (number, instant, interaction, outcome, detail) VALUES (7, 1, 'create', 'left', '{}')");

        store = await database.OpenAsync();

        Assert.Equal(["written", "left"], (await store.AuditAsync(0, 10, CancellationToken.None)).Select(entry => entry.Row.Outcome));
        Assert.Equal(new(2, null, null), await store.VerifyAuditAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_snapshot_stays_as_it_was_while_writes_go_on()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1));
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        Assert.Equal(1, read.Rows.Count());

        await store.PutAsync(Resource("Patient/q", "q", 1));

        Assert.Equal(1, read.Rows.Count());
        Assert.Null(read.Rows.See(Key("Patient/q"), Owner()));
        Assert.NotNull(await store.SeeAsync("Patient/q", Owner()));
    }

    [Fact]
    public async Task Readers_never_see_half_a_transaction()
    {
        await store.PutAsync(Both("v0"));
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number <= 150; number++)
            {
                await store.PutAsync(Both($"v{number}"));
            }

            await stop.CancelAsync();
        });
        var readings = 0;
        var reading = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await using var read = await store.OpenReadAsync(CancellationToken.None);
                var page = read.Rows.Search(Query("Patient?_sort=family"), Owner());
                Assert.Single(page.Matches.Select(match => match.Version).Distinct());
                Assert.Equal(2, page.Matches.Count);
                Interlocked.Increment(ref readings);
            }
        })).ToList();

        await writing;
        await Task.WhenAll(reading);
        Assert.True(readings > 0);

        static StoredWrite[] Both(string family) =>
        [
            Resource("Patient/a", "a", 1, (1, Text("family", family))),
            Resource("Patient/b", "b", 1, (1, Text("family", family))),
        ];
    }

    [Fact]
    public async Task Reads_that_start_after_a_revocation_never_find_what_was_revoked()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1));
        var granted = 0;
        var reading = Task.Run(async () =>
        {
            for (var number = 0; number < 2000; number++)
            {
                var before = Volatile.Read(ref granted);
                var seen = await store.SeeAsync("Patient/p") is not null;
                var after = Volatile.Read(ref granted);
                Assert.True(before != after || before == 2 || seen == (before == 1));
            }
        });
        while (!reading.IsCompleted)
        {
            foreach (var state in new[] { 1, 0 })
            {
                // 2 while the change is under way: then either answer is right.
                Volatile.Write(ref granted, 2);
                await store.GrantAsync("p", Grant("p", state == 1 ? Tier.Basic : Tier.None));
                Volatile.Write(ref granted, state);
            }
        }

        await reading;
    }

    [Fact]
    public async Task A_cancelled_work_does_not_run()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.RecordAsync(Audited(), cancelled.Token));

        Assert.Equal(0, (await store.VerifyAuditAsync(CancellationToken.None)).Rows);
    }

    [Theory]
    [InlineData("UPDATE audit SET outcome = 'deny' WHERE sequence = 3", 3)]
    [InlineData("UPDATE audit SET instant = instant + 1 WHERE sequence = 1", 1)]
    [InlineData("UPDATE audit SET user_id = '' WHERE sequence = 2", 2)]
    [InlineData("DELETE FROM audit WHERE sequence = 2", 3)]
    [InlineData("DELETE FROM audit WHERE sequence = 1", 2)]
    [InlineData("DELETE FROM audit WHERE sequence > 4", 5)]
    [InlineData("DELETE FROM audit", 1)]
    [InlineData(
        "INSERT INTO audit (sequence, instant, interaction, outcome, detail, previous_hash, hash) "
            + "SELECT 7, instant, interaction, outcome, detail, hash, hash FROM audit WHERE sequence = 6",
        7)]
    [InlineData("UPDATE audit SET hash = previous_hash WHERE sequence = 6", 6)]
    public async Task Tampering_with_the_audit_trail_is_found_where_it_happened(string tampering, long place)
    {
        for (var number = 0; number < 6; number++)
        {
            await store.RecordAsync(Audited($"permit{number}"), CancellationToken.None);
        }

        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);
        database.TamperWithTrail(tampering);

        Assert.Equal(place, (await store.VerifyAuditAsync(CancellationToken.None)).BrokenSequence);
    }

    [Fact]
    public async Task Grants_come_back_as_they_were_given_and_are_replaced_per_custodian()
    {
        GrantRow[] grants =
        [
            Grant("p", Tier.Full, cleared: -1, practitioner: "dr", from: 5, to: 10),
            Grant("p", Tier.None) with { Source = "else", Basis = "Consent/a Contract/b" },
        ];
        await store.GrantAsync("p", grants);
        await using (var read = await store.OpenReadAsync(CancellationToken.None))
        {
            Assert.Equal(grants, read.Rows.GrantsOf("p"));
        }

        await store.WriteAsync(session => session.ReplaceGrants("p", Custodian, []), CancellationToken.None);
        await store.WriteAsync(
            session =>
            {
                Assert.Equal([grants[1]], session.Rows.GrantsOf("p"));
                Assert.Equal(["p"], session.Rows.PatientsWithGrants());
                Assert.Throws<ArgumentException>(() => session.ReplaceGrants("p", null, [Grant("q", Tier.Full)]));
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task Compiling_finds_bodies_and_cases()
    {
        var fact = new CaseFact("p", Hospital, 5, long.MaxValue);
        await store.PutAsync(
            Resource("Contract/k", null, 4),
            Resource("Consent/c", "p", 4),
            Resource("Consent/d", "q", 4),
            Resource("Encounter/e", "p", 1).With(judged => judged with { Cases = [fact] }));

        await store.WriteAsync(
            session =>
            {
                Assert.Equal([Key("Contract/k")], session.Rows.BodiesOf("Contract").Select(stored => stored.Key));
                Assert.Equal([Key("Consent/c")], session.Rows.BodiesOf("Consent", "p").Select(stored => stored.Key));
                Assert.Equal([fact], session.Rows.CasesOf("p"));
                Assert.Equal(["p", "q"], session.Rows.PatientsWithGrants());
                session.Delete(Key("Encounter/e"), Now + 1);
                session.Delete(Key("Consent/c"), Now + 1);
                Assert.Empty(session.Rows.CasesOf("p"));
                Assert.Empty(session.Rows.BodiesOf("Consent", "p"));
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task A_dispatch_message_is_kept_once_whatever_order_they_come_in()
    {
        var first = new CadMessage("i", "h1", 10, 100, "one"u8.ToArray());
        var second = new CadMessage("i", "h2", 5, 200, "two"u8.ToArray());
        var kept = await store.WriteAsync(
            session => new[] { first, second, first with { Received = 300 } }.Select(session.AddCadMessage).ToList(),
            CancellationToken.None);

        Assert.Equal([true, true, false], kept);
        var hashes = await store.WriteAsync(session => session.Rows.CadMessages("i").Select(message => message.Hash).ToList(),
            CancellationToken.None);
        Assert.Equal(["h2", "h1"], hashes);
    }

    [Fact]
    public async Task The_outbox_gives_what_is_due_until_it_is_sent()
    {
        await store.WriteAsync(
            session =>
            {
                session.Enqueue(new(0, "notify", "Task/late", 20, "{}"));
                session.Enqueue(new(0, "notify", "Task/early", 10, "{}"));
                Assert.Equal(["Task/early"], session.Rows.Due("notify", 15, 10).Select(row => row.Target));
                session.Sent(session.Rows.Due("notify", 15, 10)[0].Number);
                Assert.Equal(["Task/late"], session.Rows.Due("notify", 30, 10).Select(row => row.Target));
                session.SetSetting("secret", "a");
                session.SetSetting("secret", "b");
                Assert.Equal("b", session.Rows.Setting("secret"));
                Assert.Null(session.Rows.Setting("none"));
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task A_body_comes_back_byte_for_byte()
    {
        var body = "{ \"resourceType\" : \"Patient\",\r\n\t\"a\": 1.00e0 }"u8.ToArray();
        await store.PutAsync(Resource("Patient/p", "p", 1) with { Body = body });

        Assert.Equal(body, (await store.SeeAsync("Patient/p", Owner()))!.Body.ToArray());
    }

    [Fact]
    public async Task A_conditional_write_matches_only_what_its_caller_sees()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1, (2, Token("identifier", "x"))));
        await store.GrantAsync("p", Grant("p", Tier.Basic));

        await store.WriteAsync(
            session =>
            {
                Assert.Empty(session.Rows.Search(Query("Patient?identifier=x"), Sight()).Matches);
                Assert.Single(session.Rows.Search(Query("Patient?identifier=x"), Owner()).Matches);
                session.Put(Resource("Patient/q", "q", 1, (1, Token("identifier", "x"))));
                Assert.Equal(2, session.Rows.Search(Query("Patient?identifier=x"), Owner()).Matches.Count);
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task A_search_in_the_writer_ends_with_the_patience_of_its_work_whoever_asks_it()
    {
        await store.PutAsync([.. Enumerable.Range(0, 2_000)
            .Select(number => Resource($"Patient/p{number}", $"p{number}", 1, (2, Token("identifier", $"{number}"))))]);
        using var patience = new CancellationTokenSource();

        await store.WriteAsync(
            session =>
            {
                patience.Cancel();
                Assert.Throws<OperationCanceledException>(() => session.Rows.Search(Query("Patient?_sort=-identifier"), Owner()));
                Assert.Throws<OperationCanceledException>(
                    () => session.Rows.SearchCondition(Query("Patient?_sort=-identifier"), Owner()));

                // What is no search goes on: stopped in the middle it would undo what the others of the batch have written.
                Assert.Equal(2_000, session.Rows.Count());
            },
            patience.Token);
    }
}
