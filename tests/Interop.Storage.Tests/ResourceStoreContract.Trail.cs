using Interop.Storage.Audit;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    private const string Several = """{"about":[{"patient":"p2","entries":[0]},{"patient":"p1","entries":[1]}]}""";

    [Fact]
    public async Task A_row_is_found_by_each_patient_that_it_is_about_and_by_no_other()
    {
        await store.RecordAsync(Audited() with { Patient = null, Detail = Several }, CancellationToken.None);
        await store.RecordAsync(Audited(), CancellationToken.None);
        await store.RecordAsync(Audited() with { Patient = null }, CancellationToken.None);

        Assert.Equal([2L, 1], await FoundAsync(new AuditCondition.About(["p1"])));
        Assert.Equal([1L], await FoundAsync(new AuditCondition.About(["p2"])));
        Assert.Equal([1L], await FoundAsync(new AuditCondition.About(["p1"]), new AuditCondition.About(["p2"])));
        Assert.Empty(await FoundAsync(new AuditCondition.About(["p3"])));
        Assert.Equal([3L, 2, 1], await FoundAsync(new AuditCondition.ByOrganization([Hospital])));
        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_row_that_came_with_a_write_is_found_by_its_patients_too()
    {
        await store.WriteAsync(
            session => session.Audit(Audited() with { Patient = null, Detail = Several }), CancellationToken.None);

        Assert.Equal([1L], await FoundAsync(new AuditCondition.About(["p2"])));
        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);
    }

    [Theory]
    [InlineData("DELETE FROM audit_patient WHERE patient = 'p2' AND sequence = 2", 2)]
    [InlineData("INSERT INTO audit_patient (patient, chain, sequence) VALUES ('p9', 1, 2)", 2)]
    [InlineData("INSERT INTO audit_patient (patient, chain, sequence) VALUES ('p9', 1, 1)", 1)]
    [InlineData("UPDATE audit_patient SET patient = 'p9' WHERE patient = 'p1'", 2)]
    [InlineData("INSERT INTO audit_patient (patient, chain, sequence) VALUES ('p9', 1, 7)", 4)]
    [InlineData("UPDATE audit SET patient = NULL WHERE sequence = 3", 3)]
    public async Task Whoever_hides_a_row_from_its_patient_is_found_where_it_happened(string tampering, long place)
    {
        await store.RecordAsync(Audited(), CancellationToken.None);
        await store.RecordAsync(Audited() with { Patient = null, Detail = Several }, CancellationToken.None);
        await store.RecordAsync(Audited(), CancellationToken.None);
        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);

        database.TamperWithTrail(tampering);

        Assert.Equal(place, (await store.VerifyAuditAsync(CancellationToken.None)).BrokenSequence);
    }

    [Theory]
    [InlineData(
        "DELETE FROM audit WHERE sequence > 3; UPDATE head SET sequence = 3, hash = (SELECT hash FROM audit WHERE sequence = 3)", 4)]
    [InlineData("DELETE FROM audit; DELETE FROM head", 1)]
    [InlineData("UPDATE audit SET hash = 'made anew' WHERE sequence = 5; UPDATE head SET hash = 'made anew'", 5)]
    [InlineData(
        "UPDATE audit SET sequence = 20 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3;"
            + " UPDATE audit SET sequence = 3 WHERE sequence = 20",
        2)]
    public async Task What_a_witness_has_seen_can_be_neither_cut_off_nor_made_anew_nor_reordered(string tampering, long place)
    {
        for (var number = 0; number < 5; number++)
        {
            await store.RecordAsync(Audited($"permit{number}"), CancellationToken.None);
        }

        var (own, heads) = await store.AuditHeadsAsync(CancellationToken.None);
        List<AuditWitness> witnesses = [new(Assert.Single(heads, head => head.Chain == own), "the checkpoint of noon")];
        Assert.True((await store.VerifyAuditAsync(witnesses, _ => { }, CancellationToken.None)).Holds);

        database.TamperWithTrail(tampering);

        Assert.Equal(place, (await store.VerifyAuditAsync(witnesses, _ => { }, CancellationToken.None)).BrokenSequence);
    }

    [Fact]
    public async Task A_chain_that_was_made_anew_as_a_whole_holds_and_is_not_what_a_witness_has_seen()
    {
        await store.RecordAsync(Audited("permit"), CancellationToken.None);
        await store.RecordAsync(Audited("deny"), CancellationToken.None);
        var (own, heads) = await store.AuditHeadsAsync(CancellationToken.None);
        List<AuditWitness> witnesses = [new(Assert.Single(heads, head => head.Chain == own), "the checkpoint of noon")];

        // Somebody writes the trail again without the denial.
        database.TamperWithTrail("DELETE FROM audit; DELETE FROM head");
        await store.RecordAsync(Audited("permit"), CancellationToken.None);
        await store.RecordAsync(Audited("permit"), CancellationToken.None);

        Assert.True((await store.VerifyAuditAsync(CancellationToken.None)).Holds);
        var found = await store.VerifyAuditAsync(witnesses, _ => { }, CancellationToken.None);
        Assert.Equal(2, found.BrokenSequence);
        Assert.Contains("the checkpoint of noon", found.Problem, StringComparison.Ordinal);
    }

    private async Task<List<long>> FoundAsync(params IReadOnlyList<AuditCondition> conditions) =>
    [
        .. (await store.SearchAuditAsync("custodian", new(conditions, 100), CancellationToken.None)).Entries
            .Select(entry => entry.Sequence),
    ];
}
