using System.Diagnostics;
using Interop.Storage;
using Interop.Storage.Audit;

namespace Interop.Benchmarks;

/// <summary>How long a trail of a million rows takes to be verified, and to be asked about one patient and one organisation.</summary>
internal static class TrailBenchmarks
{
    private const int Rows = 1_000_000;
    private const int AtOnce = 2_000;

    public static async Task RunAsync(TextWriter output)
    {
        await using var store = await ResourceStore.OpenAsync("sqlite::memory:", CancellationToken.None);
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < Rows; number += AtOnce)
        {
            var from = number;
            await Task.WhenAll(
                Enumerable.Range(from, AtOnce).Select(row => store.RecordAsync(RowOf(row), CancellationToken.None)));
        }

        output.WriteLine($"Trail: {Rows:N0} rows, every tenth about three patients, written in {Elapsed(begun):F0} s");
        var (own, heads) = await store.AuditHeadsAsync(CancellationToken.None);
        List<AuditWitness> witnesses = [new(heads.Single(head => head.Chain == own), "a checkpoint")];
        begun = Stopwatch.GetTimestamp();
        var verification = await store.VerifyAuditAsync(witnesses, _ => { }, CancellationToken.None);
        output.WriteLine($"  verified with a checkpoint: {Elapsed(begun):F1} s, {verification.Problem ?? "it holds"}");
        await AskAsync("a patient's newest 50, and how many", new AuditCondition.About(["p7"]));
        await AskAsync("an organisation's newest 50, and how many", new AuditCondition.ByOrganization(["o7"]));
        await AskAsync("what named a resource, and how many", new AuditCondition.Naming(["Condition/c77"]));

        async Task AskAsync(string what, AuditCondition condition)
        {
            var asked = Stopwatch.GetTimestamp();
            var page = await store.SearchAuditAsync("custodian", new([condition], 50, Counts: true), CancellationToken.None);
            output.WriteLine($"  {what}: {Elapsed(asked) * 1000:F0} ms, {page.Total:N0} found");
        }
    }

    private static AuditRow RowOf(int number)
    {
        var (patient, isList) = (number % 5_000, number % 10 == 0);
        return new(
            1_700_000_000_000_000 + number,
            "https://issuer.example",
            "client",
            "user",
            $"o{number % 40}",
            null,
            "TREAT",
            isList ? "search-type" : "read",
            isList ? "Condition" : $"Condition/c{number % 100_000}",
            isList ? null : $"p{patient}",
            "permit",
            isList
                ? $$"""{"about":[{"patient":"p{{patient}}"},{"patient":"p{{patient + 1}}"},{"patient":"p{{patient + 2}}"}]}"""
                : """{"version":1,"tier":2,"party":false,"basis":"Contract/mou Consent/x/_history/1#provision"}""");
    }

    private static double Elapsed(long begun) => Stopwatch.GetElapsedTime(begun).TotalSeconds;
}
