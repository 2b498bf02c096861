using System.Reflection;
using System.Text.Json;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Storage.Audit;
using Interop.Storage.Read;
using Interop.Storage.Write;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>
/// All that can be asked of a store is asked once, so that no statement is one that a database has never seen. What it means stands in the
/// other parts, and in the server's tests.
/// </summary>
public abstract partial class ResourceStoreContract
{
    private static readonly SubscriptionChannel Hook = new("h", "own", "rest-hook", "http://topic", "{}", "{}", "active", 5, 0, 0, 0, 0);

    private static readonly ExportJob Job = new("j", "own", "{}", "{}", 5, "begun", null, null, 0);

    private static readonly EmergencyFact Broken = new(Custodian, Hospital, "dr", true, 0, long.MaxValue, "t");

    private static readonly MeasureCase Case = new("m", 7, 1, 20, [.. MeasureCase.GroupColumns.Select(kind => kind + " x")]);

    // An incident's number is its sender's, and as long as that likes.
    private static readonly string Incident = new('i', 5000);

    private static StoredWrite Met => Resource(
        "Encounter/e", "p", 1, (1, Day("date", "2025-03-01")), (1, Token("status", "x")),
        (1, Token("code", "x")), (1, Reference("subject", "Patient/p")));

    private static readonly List<(string Name, Action<WriteSession> Do)> Writes =
    [
        (nameof(WriteSession.Put), session => session.Put(Resource("Patient/p", "p", 1))),
        (nameof(WriteSession.Put), session => session.Put(Met)),
        (nameof(WriteSession.Put), session => session.Put(Met.With(judged => judged with
        {
            Parties = ["station"],
            Cases = [new("p", Hospital, 1, 2)],
            Requires = [Key("Patient/p")],
            Names = [Key("Organization/o")],
        }))),
        (nameof(WriteSession.Rejudge), session => session.Rejudge(Met)),
        (nameof(WriteSession.Put), session => session.Put(Resource("Condition/gone", "p", 1))),
        (nameof(WriteSession.Delete), session => Assert.Equal(2, session.Delete(Key("Condition/gone"), Now))),
        (nameof(WriteSession.ReplaceGrants), session => session.ReplaceGrants("p", null, [Grant("p", Tier.Basic)])),
        (nameof(WriteSession.ReplaceGrants), session => session.ReplaceGrants("p", Custodian, [Grant("p", Tier.Full)])),
        (nameof(WriteSession.ReplaceDefaults), session => session.ReplaceDefaults([Grant(null, Tier.Basic)])),
        (nameof(WriteSession.ReplaceDefaults), session => session.ReplaceDefaults([Grant(null, Tier.Intermediate)])),
        (nameof(WriteSession.IsUnchanged), session => Assert.True(session.IsUnchanged(new([])))),
        (nameof(WriteSession.ReplaceRosterRequirements), session => session.ReplaceRosterRequirements([new(Hospital, "cpr")])),
        (nameof(WriteSession.ReplaceRoster), session => session.ReplaceRoster([new(Hospital, "dr", "cpr", 0, long.MaxValue)])),
        (nameof(WriteSession.CompiledFrom), session => Assert.NotEmpty(session.CompiledFrom(Key("Encounter/e")))),
        (nameof(WriteSession.CompiledFor), session => Assert.NotEmpty(session.CompiledFor("p"))),
        (nameof(WriteSession.Audit), session => session.Audit(Audited())),
        (nameof(WriteSession.Enqueue), session => session.Enqueue(new(0, "kind", "target", 5, "{}"))),
        (nameof(WriteSession.Enqueue), session => session.Enqueue(new(0, "kind", "sent", 9, "{}"))),
        (nameof(WriteSession.Sent), session => session.Sent(session.Rows.Due("kind", 9, 9)[1].Number)),
        (nameof(WriteSession.AddCadMessage), session => Assert.True(session.AddCadMessage(new(Incident, "h", 1, 2, new byte[] { 3 })))),
        (nameof(WriteSession.AddCadMessage), session => Assert.False(session.AddCadMessage(new(Incident, "h", 1, 2, new byte[] { 3 })))),
        (nameof(WriteSession.SetSetting), session => session.SetSetting("name", "value")),
        (nameof(WriteSession.AddEmergency), session => session.AddEmergency("p", Broken with { To = 9 }, "nurse", 3)),
        (nameof(WriteSession.AddEmergency), session => session.AddEmergency("p", Broken, "doctor", 4)),
        (nameof(WriteSession.EndEmergencies), session => Assert.False(session.EndEmergencies("p", (Hospital, "another"), 8))),
        (nameof(WriteSession.EndEmergencies), session => Assert.True(session.EndEmergencies("p", null, 8))),
        (nameof(WriteSession.AddExport), session => session.AddExport(Job)),
        (nameof(WriteSession.LeaseExport), session => Assert.True(session.LeaseExport("j", 1, 2))),
        (nameof(WriteSession.SaveExport), session => Assert.True(session.SaveExport(Job with { Progress = "on" }))),
        (nameof(WriteSession.GiveBackExport), session => session.GiveBackExport(Job with { LeasedUntil = 99 })),
        (nameof(WriteSession.RemoveExport), session => session.RemoveExport("another")),
        (nameof(WriteSession.Freeze), session => Assert.True(session.Freeze(3, [Case, Case with { Outcome = null, Amount = null }], 9))),
        (nameof(WriteSession.Freeze), session => Assert.False(session.Freeze(3, [Case], 9))),
        (nameof(WriteSession.Publish), session => Assert.True(session.Publish("2025", [new("n", true)]))),
        (nameof(WriteSession.PutChannel), session => session.PutChannel(Hook)),
        (nameof(WriteSession.Spread), session => session.Spread("http://topic", "Patient/p", 3, 4)),
        (nameof(WriteSession.LeaseChannel), session => Assert.True(session.LeaseChannel("h", 4, 6))),
        (nameof(WriteSession.PutEvent), session => session.PutEvent(session.Rows.WaitingEvents("h", 1)[0] with { Event = 1, ToldAt = 5 })),
        (nameof(WriteSession.RemoveEvent), session => session.RemoveEvent(99)),
        (nameof(WriteSession.RemoveEvents), session => session.RemoveEvents(2)),
        (nameof(WriteSession.RemoveChannel), session => session.RemoveChannel("another")),
        (nameof(WriteSession.AddSurveyCode), session => session.AddSurveyCode("hash", "s", 9)),
        (nameof(WriteSession.TakeSurveyCode), session => Assert.False(session.TakeSurveyCode("another"))),
        (nameof(WriteSession.RemoveSurveyCodes), session => session.RemoveSurveyCodes(8)),
        (nameof(WriteSession.AddSurveyAnswer), session => session.AddSurveyAnswer(new("a", 5, new byte[] { 1 }))),
        (nameof(WriteSession.RemoveSurveyAnswer), session => session.RemoveSurveyAnswer("another")),
    ];

    private static readonly List<(string Name, Action<ResourceRows> Ask)> Reads =
    [
        (nameof(ResourceRows.See), rows => Assert.NotNull(rows.See(Key("Encounter/e"), Owner()))),
        (nameof(ResourceRows.History), rows => Assert.NotEmpty(rows.History(Key("Encounter/e"), Owner()))),
        (nameof(ResourceRows.Histories), rows => rows.Histories(new("Encounter", 9, 0, (0, Now * 2), null), Owner())),
        (nameof(ResourceRows.Histories), rows => Assert.NotEmpty(rows.Histories(new(null, 1, null, null, null), Owner()).Versions)),
        (nameof(ResourceRows.Histories), rows => rows.Histories(new("Encounter", 1, null, null, new(Now, Key("Encounter/e"))), Sight())),
        (nameof(ResourceRows.Before), rows => rows.Before(Now + 1, [rows.See(Key("Encounter/e"), Owner())!])),
        (nameof(ResourceRows.Search), rows => Assert.Single(rows.Search(Query("Encounter?status=x&_total=accurate"), Owner()).Matches)),
        (nameof(ResourceRows.SearchCondition), rows => Assert.Single(rows.SearchCondition(Query("Encounter?status=x"), Owner()).Matches)),
        (nameof(ResourceRows.Visible), rows => Assert.Single(rows.Visible([Key("Encounter/e")], Owner()))),
        (nameof(ResourceRows.Visible), rows => Assert.Single(rows.Visible(
            [Key("Encounter/e"), .. Enumerable.Range(0, 20).Select(number => Key($"Encounter/none{number}"))], Owner()))),
        (nameof(ResourceRows.Find), rows => Assert.NotNull(rows.Find(Key("Encounter/e")))),
        (nameof(ResourceRows.FindKey), rows => Assert.Equal("p", rows.FindKey(Key("Encounter/e"))!.Subject)),
        (nameof(ResourceRows.BodiesOf), rows => Assert.Single(rows.BodiesOf("Encounter"))),
        (nameof(ResourceRows.BodiesOf), rows => Assert.Single(rows.BodiesOf("Encounter", "p"))),
        (nameof(ResourceRows.KeptBy), rows => Assert.Equal(2, rows.KeptBy(Custodian).Count)),
        (nameof(ResourceRows.Naming), rows => Assert.Empty(rows.Naming(Key("Organization/none")))),
        (nameof(ResourceRows.JudgedOtherwise), rows => Assert.Equal(2, rows.JudgedOtherwise("another", 9).Count)),
        (nameof(ResourceRows.HasAgreement), rows => Assert.True(rows.HasAgreement(Hospital, Custodian, Now))),
        (nameof(ResourceRows.LacksQualification), rows => Assert.True(rows.LacksQualification(Hospital, "another", Now))),
        (nameof(ResourceRows.HasRosterRequirements), rows => Assert.True(rows.HasRosterRequirements())),
        (nameof(ResourceRows.CadMessages), rows => Assert.Equal(3, Assert.Single(rows.CadMessages(Incident)).Body.Span[0])),
        (nameof(ResourceRows.Due), rows => Assert.Equal("target", Assert.Single(rows.Due("kind", 9, 9)).Target)),
        (nameof(ResourceRows.Setting), rows => Assert.Equal("value", rows.Setting("name"))),
        (nameof(ResourceRows.After), rows => Assert.Single(rows.After(Key("Encounter/e"), 9))),
        (nameof(ResourceRows.Count), rows => Assert.Equal(2, rows.Count())),
        (nameof(ResourceRows.PatientsOf), rows => Assert.Equal(["p"], rows.PatientsOf(Key("Encounter/e")))),
        (nameof(ResourceRows.Counts), rows => Assert.NotEmpty(rows.Counts("p", Custodian, Sight(), Owner()))),
        (nameof(ResourceRows.CasesOf), rows => rows.CasesOf("p")),
        (nameof(ResourceRows.CasesOf), rows => rows.CasesOf("p", Custodian)),
        (nameof(ResourceRows.CaseEnd), rows => rows.CaseEnd(Key("Encounter/e"))),
        (nameof(ResourceRows.GrantsOf), rows => Assert.Single(rows.GrantsOf("p"))),
        (nameof(ResourceRows.PatientsWithGrants), rows => Assert.Equal(["p"], rows.PatientsWithGrants())),
        (nameof(ResourceRows.EmergenciesOf), rows => Assert.Equal([Broken with { To = 8 }], rows.EmergenciesOf("p"))),
        (nameof(ResourceRows.EmergenciesOf), rows => Assert.Single(rows.EmergenciesOf("p", Custodian))),
        (nameof(ResourceRows.IsInEmergency), rows => Assert.False(rows.IsInEmergency(Hospital, "dr", Now))),
        (nameof(ResourceRows.ReviewsDue), rows => Assert.Equal(["t"], rows.ReviewsDue(Custodian, Hospital, "doctor", 3))),
        (nameof(ResourceRows.Export), rows => Assert.Equal("on", rows.Export("j")!.Progress)),
        (nameof(ResourceRows.Exports), rows => Assert.Single(rows.Exports())),
        (nameof(ResourceRows.Channel), rows => Assert.Equal(Hook with { Due = 4, LeasedUntil = 6 }, rows.Channel("h"))),
        (nameof(ResourceRows.AllChannels), rows => Assert.Single(rows.AllChannels())),
        (nameof(ResourceRows.ChannelsOf), rows => Assert.Equal(1, rows.ChannelsOf("own", "another"))),
        (nameof(ResourceRows.DueChannels), rows => Assert.Single(rows.DueChannels(7, 1, 9))),
        (nameof(ResourceRows.WaitingEvents), rows => Assert.Empty(rows.WaitingEvents("h", 9))),
        (nameof(ResourceRows.HasLaterEvent), rows => Assert.False(rows.HasLaterEvent(new(1, "h", "Patient/p", 3, null, 0)))),
        (nameof(ResourceRows.WasTold), rows => Assert.True(rows.WasTold("h", "Patient/p"))),
        (nameof(ResourceRows.ToldEvents), rows => Assert.Equal(5, Assert.Single(rows.ToldEvents("h", 1, 1, 9)).ToldAt)),
        (nameof(ResourceRows.SurveyOf), rows => Assert.Equal("s", rows.SurveyOf("hash", 8))),
        (nameof(ResourceRows.HasSurveyWork), rows => Assert.Equal((false, true), (rows.HasSurveyWork(4), rows.HasSurveyWork(5)))),
        (nameof(ResourceRows.SurveyAnswersDue), rows => Assert.Equal("a", Assert.Single(rows.SurveyAnswersDue(5, 9)).Id)),
        (nameof(ResourceRows.FrozenMonths), rows => Assert.Equal([3L], rows.FrozenMonths())),
        (nameof(ResourceRows.CountsOf), rows => Assert.Equal(
            [("", 1, 20L), ("", null, 0), ("", -1, 20)],
            rows.CountsOf(1, 9, [])[""].OrderBy(count => count.Outcome is { } outcome ? -outcome : 0)
                .Select(count => (count.Group, count.Outcome, count.Amount)))),
        (nameof(ResourceRows.CountsOf), rows =>
        {
            var counts = rows.CountsOf(1, 9, ["race", "age"]);
            Assert.Equal(["", "age", "race"], counts.Select(kind => kind.Key).Order());
            Assert.Equal(3, counts["age"].Count());
            Assert.All(counts["age"], count => Assert.Equal(("age x", 1), (count.Group, count.Persons)));
        }),
        (nameof(ResourceRows.AmountsOf), rows => Assert.Equal([new("", 20, 1)], rows.AmountsOf("m", 1, 9, null))),
        (nameof(ResourceRows.AmountsOf), rows => Assert.Equal([new("age x", 20, 1)], rows.AmountsOf("m", 1, 9, "age"))),
        (nameof(ResourceRows.HasMeasureCounts), rows => Assert.True(rows.HasMeasureCounts("2025"))),
        (nameof(ResourceRows.MeasureCounts), rows => Assert.True(rows.MeasureCounts()[("2025", "n")])),
        (nameof(ResourceRows.MeasuredWithin), rows => Counted(
            rows.MeasuredWithin(Owner(), "Encounter", "date", 0, Now, ["reference", "none"]))),
        (nameof(ResourceRows.MeasuredOf), rows => Counted(rows.MeasuredOf(
            Owner(), "Encounter", "subject", "Patient", ["p"], ["reference", "none"], "date", ["x"]))),
        (nameof(ResourceRows.MeasuredOf), rows => Counted(rows.MeasuredOf(
            Owner(), "Encounter", "subject", "Patient", ["p"], ["reference", "none"]))),
        (nameof(ResourceRows.MeasuredById), rows => Counted(rows.MeasuredById(Owner(), "Encounter", ["e"], ["reference", "none"]))),
    ];

    [Fact]
    public async Task All_that_can_be_asked_of_a_store_is_asked_and_answered()
    {
        foreach (var (name, write) in Writes)
        {
            await Record(name, () => store.WriteAsync(write, CancellationToken.None));
        }

        await using var read = await store.OpenReadAsync(CancellationToken.None);
        foreach (var (name, ask) in Reads)
        {
            await Record(name, () => Task.Run(() => ask(read.Rows)));
        }

        Assert.Empty(MethodsOf(typeof(WriteSession)).Except(Writes.Select(write => write.Name)));
        Assert.Empty(MethodsOf(typeof(ResourceRows)).Except(Reads.Select(read => read.Name)));
        await store.AnalyzeAsync(CancellationToken.None);
        Assert.True(await store.IsWritableAsync(CancellationToken.None));

        static async Task Record(string name, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{name}: {failure.Message}", failure);
            }
        }
    }

    public static TheoryData<AuditCondition, bool> Conditions => new()
    {
        { new AuditCondition.About(["p1"]), true },
        { new AuditCondition.ByOrganization([Hospital]), true },
        { new AuditCondition.ByOrganization([Hospital], Not: true), false },
        { new AuditCondition.ByAgent(["dr"], ["client"]), true },
        { new AuditCondition.ForPurpose(["TREAT", "ETREAT"]), true },
        { new AuditCondition.ForPurpose(["REAT"]), false },
        { new AuditCondition.Within(Now, Now), true },
        { new AuditCondition.AtPlace([(1, 1)]), true },
        { new AuditCondition.AtPlace([]), false },
        { new AuditCondition.NotAt("Patient/p1"), false },
        { new AuditCondition.Naming(["Patient/p1"]), true },
        { new AuditCondition.OfKind([new(AuditClass.Plain, ["read"])]), true },
        { new AuditCondition.OfKind([new(AuditClass.Withheld, []), new(AuditClass.Given, [])]), false },
        { new AuditCondition.NotOfKind(new(AuditClass.Plain, [])), false },
        { new AuditCondition.Ending(["permit"]), true },
        { new AuditCondition.Ending(["permit"], Not: true), false },
        { new AuditCondition.All([new AuditCondition.Ending(["permit"]), new AuditCondition.About(["p1"])]), true },
        { new AuditCondition.Any([new AuditCondition.Ending(["deny"]), new AuditCondition.About(["p1"])]), true },
    };

    [Theory]
    [MemberData(nameof(Conditions), DisableDiscoveryEnumeration = true)]
    public async Task A_row_of_the_trail_is_found_by_what_is_true_of_it(AuditCondition condition, bool isTrue)
    {
        await store.RecordAsync(Audited(), CancellationToken.None);
        await store.RecordAsync(Audited() with { Organization = null, Patient = null, Interaction = "operation" }, CancellationToken.None);

        var page = await store.SearchAuditAsync(Custodian, new([condition], 9, Counts: true), CancellationToken.None);
        Assert.Equal(isTrue, page.Entries.Any(entry => entry.Sequence == 1));
        Assert.Equal(page.Entries.Count, page.Total);
    }

    /// <summary>Rows of one instant too follow one another by their places, and of a page the next begins behind its last.</summary>
    [Theory]
    [InlineData(true, "1 2 3 4 5 6")]
    [InlineData(false, "6 5 4 3 2 1")]
    public async Task Pages_of_the_trail_have_each_row_once(bool isAscending, string order)
    {
        for (var number = 0; number < 6; number++)
        {
            await store.RecordAsync(Audited() with { Instant = Now + (number / 3) }, CancellationToken.None);
        }

        var found = new List<long>();
        AuditPlace? after = null;
        do
        {
            var page = await store.SearchAuditAsync(Custodian, new([], 2, isAscending, after), CancellationToken.None);
            found.AddRange(page.Entries.Select(entry => entry.Sequence));
            after = page.HasMore ? new(page.Entries[^1].Row.Instant, page.Entries[^1].Chain, page.Entries[^1].Sequence) : null;
        }
        while (after is not null);

        Assert.Equal(order, string.Join(' ', found));
        Assert.NotNull(await store.FindAuditAsync(1, 1, CancellationToken.None));
        Assert.Equal(6, (await store.AuditOfClientAsync("client", Hospital, CancellationToken.None)).Count);
    }

    private static void Counted(IReadOnlyList<MeasuredRow> rows)
    {
        var row = Assert.Single(rows);
        Assert.Equal(("e", "p"), (row.Id, row.Subject));
        Assert.Equal("Encounter/e", JsonSerializer.Deserialize<string>(row.Elements[0]!));
        Assert.Null(row.Elements[1]);
    }

    private static IEnumerable<string> MethodsOf(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => !method.IsSpecialName)
        .Select(method => method.Name)
        .Distinct();
}
