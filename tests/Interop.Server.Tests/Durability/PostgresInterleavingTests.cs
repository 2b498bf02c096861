using System.Diagnostics;
using System.Globalization;
using Interop.Demo;
using Xunit.Abstractions;

namespace Interop.Server.Tests.Durability;

/// <summary>
/// Two servers on one PostgreSQL: what is ended at one is ended at the other with its next statement, while readers ask both all the time.
/// A few of each in a run of all tests; <c>INTEROP_INTERLEAVINGS=10000</c> runs as many (docs/measured.md).
/// </summary>
public sealed class PostgresInterleavingTests(ITestOutputHelper output) : PostgresPair
{
    private const string Doctor = "Practitioner/dr1";
    private const int ImportedAtOnce = 100;

    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("INTEROP_INTERLEAVINGS") ?? "70", CultureInfo.InvariantCulture);

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital", openings: []),
    ];

    protected override string[] Settings =>
    [
        "--Interop:Limits:ClientPerMinute=100000000", "--Interop:Limits:UserPerMinute=100000000",
        "--Interop:Limits:LookupsPerMinute=100000000",
    ];

    [Fact]
    public async Task A_consent_that_is_revoked_at_one_opens_nothing_at_the_other()
    {
        await RunAsync(
            "revoked consents",
            patient => [Fixtures.Condition(patient, patient), Fixtures.Consent(patient, patient, "city-hospital")],
            patient => $"Condition/{patient}",
            (_, _) => Task.CompletedTask,
            (server, patient) => ChangedAsync(
                server, $"Consent/{patient}", Fixtures.Consent(patient, patient, "city-hospital", status: "inactive")));
    }

    [Fact]
    public async Task A_case_that_is_closed_at_one_is_closed_at_the_other()
    {
        await RunAsync(
            "closed cases",
            patient =>
            [
                Note(patient), Fixtures.Consent(patient, patient, "city-hospital", tier: "full"),
                Fixtures.Encounter(patient, patient, provider: "city-hospital"),
            ],
            patient => $"Communication/{patient}",
            (_, _) => Task.CompletedTask,
            (server, patient) => ChangedAsync(
                server,
                $"Encounter/{patient}",
                Fixtures.Encounter(patient, patient, "finished", provider: "city-hospital")));
    }

    [Fact]
    public async Task A_glass_that_was_broken_and_is_ended_at_one_is_whole_at_the_other()
    {
        await RunAsync(
            "ended emergencies",
            patient => [Fixtures.Condition(patient, patient)],
            patient => $"Condition/{patient}",
            async (server, patient) =>
            {
                using var doctor = Person(server);
                using var declared = await doctor.PostFhirAsync($"Patient/{patient}/$break-glass", """
                    {"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"imminent-danger"},
                    {"name":"justification","valueString":"Stands on the parapet."}]}
                    """);
                Assert.True(declared.IsSuccessStatusCode, await declared.Content.ReadAsStringAsync());
            },
            async (server, patient) =>
            {
                using var doctor = Person(server);
                using var ended = await doctor.PostFhirAsync($"Patient/{patient}/$end-break-glass", """{"resourceType":"Parameters"}""");
                Assert.True(ended.IsSuccessStatusCode, await ended.Content.ReadAsStringAsync());
            });
    }

    /// <param name="scene">What a new person brings: each round has one of its own.</param>
    /// <param name="path">What the hospital may read until the end.</param>
    private async Task RunAsync(
        string what,
        Func<string, string[]> scene,
        Func<string, string> path,
        Func<RunningServer, string, Task> openAsync,
        Func<RunningServer, string, Task> endAsync)
    {
        var random = new Random(13);
        var clock = Stopwatch.StartNew();
        var (before, after) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var patient = $"i{round}";
            var (here, there) = round % 2 == 0 ? (One, Other) : (Other, One);
            if (round % ImportedAtOnce == 0)
            {
                var next = Enumerable.Range(round, Math.Min(ImportedAtOnce, Rounds - round)).Select(number => $"i{number}");
                await here.ImportAsync(Custodian, [.. next.SelectMany(id => (string[])[Fixtures.Patient(id), .. scene(id)])]);
            }

            await openAsync(here, patient);
            using var atHere = Person(here);
            using var atThere = Person(there);
            Assert.Equal(200, await StatusAsync(atThere, path(patient)));

            // Asked before, during and after: what begins when the end was acknowledged must not see it.
            var hasEnded = false;
            using var stop = new CancellationTokenSource();
            var readers = new[] { atHere, atThere, atThere }.Select(ReadAsync).ToList();
            await Task.Delay(TimeSpan.FromMicroseconds(random.Next(4_000)));
            await endAsync(here, patient);
            Volatile.Write(ref hasEnded, true);
            Assert.Equal(404, await StatusAsync(atThere, path(patient)));
            Assert.Equal(404, await StatusAsync(atHere, path(patient)));
            await stop.CancelAsync();
            await Task.WhenAll(readers);

            async Task ReadAsync(HttpClient reader)
            {
                while (!stop.IsCancellationRequested)
                {
                    var isOver = Volatile.Read(ref hasEnded);
                    var status = await StatusAsync(reader, path(patient));
                    Assert.True(status == 404 || (status == 200 && !isOver), $"{what}: {status} in round {round}.");
                    Interlocked.Increment(ref isOver ? ref after : ref before);
                }
            }
        }

        output.WriteLine($"{Rounds} {what}: {before} reads began before the end, {after} after; {clock.Elapsed.TotalSeconds:F0} s.");
        Assert.True(before >= Rounds);
    }

    private static HttpClient Person(RunningServer server) => server.As(
        DemoCaller.All.Single(caller => caller.Name == "hospital") with { Scope = "user/*.cruds" }, ("sub", Doctor), ("fhirUser", Doctor));

    private static async Task ChangedAsync(RunningServer server, string key, string json)
    {
        using var navigator = server.As("navigator");
        var version = (await navigator.GetJsonAsync(key)).GetProperty("meta").GetProperty("versionId").GetString();
        using var changed = await navigator.PutFhirAsync(key, json, $"W/\"{version}\"");
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    private static string Note(string patient) => $$"""
        {"resourceType":"Communication","id":"{{patient}}","meta":{"security":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}]},"status":"completed",
        "subject":{"reference":"Patient/{{patient}}"},"sent":"2026-11-22T11:00:00Z"}
        """;
}
