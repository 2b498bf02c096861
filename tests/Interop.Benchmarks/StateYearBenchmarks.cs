using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Interop.Demo;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Storage;

namespace Interop.Benchmarks;

/// <summary>
/// A state's year of crisis episodes, evaluated while somebody reads: how long it takes until the year's report is there, in what memory,
/// and what a reader waits meanwhile. Each episode is an encounter with three facts and a follow-up; every third is a new person's.
/// </summary>
internal static class StateYearBenchmarks
{
    private const string Custodian = "crisis-program";
    private const int PersonsAtOnce = 200;
    private const int EpisodesOfOne = 3;

    // So many encounters are read again and again.
    private const string Known = "900";

    private static readonly DateTimeOffset Start = new(2025, 1, 1, 6, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Year = TimeSpan.FromDays(364);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);
    private static readonly string[] Facts = ["arrest", "force-used", "ed-transport"];
    private static readonly int[] Shares = [50, 95, 99];

    /// <param name="given">
    /// <c>postgres</c> for a database of its own there, a database that such a year is in already, or null for a new file.
    /// </param>
    public static async Task RunAsync(TextWriter output, int episodes, string? given)
    {
        PostgresCluster.IsDurable = true;
        var folder = Directory.CreateTempSubdirectory("interop-state-").FullName;
        var database = given switch
        {
            null => $"sqlite:{Path.Combine(folder, "interop.db")}",
            "postgres" => $"postgres:{await PostgresCluster.CreateDatabaseAsync()}",
            _ => given,
        };
        if (database != given)
        {
            var seeding = Stopwatch.StartNew();
            await SeedAsync(output, database, episodes);
            var bytes = new DirectoryInfo(folder).GetFiles().Sum(file => file.Length);
            output.WriteLine($"A year of {episodes} episodes on {database.Split(':')[0]}: stored in {seeding.Elapsed:hh\\:mm\\:ss}, "
                + $"{bytes / 1_000_000} MB");
        }


        var table = Path.Combine(folder, "evaluation.json");
        await File.WriteAllTextAsync(table, """
            {"start":"2025-01","daysUntilFrozen":10,"districts":["North","South","Harbour"],"languages":["en","es"],"currency":"USD",
             "costPerHour":{"crt":180.5,"ccd":75,"co-response":240},"funding":{"municipal":0.4,"health":0.35,"foundation":0.25}}
            """);
        var quiet = await WhileServingAsync(database, [], _ => Task.Delay(Quiet));
        var (took, peak) = (Stopwatch.StartNew(), 0L);
        var before = Settled();
        using var watching = new CancellationTokenSource();
        var watch = Task.Run(async () =>
        {
            while (!watching.IsCancellationRequested)
            {
                peak = Math.Max(peak, Process.GetCurrentProcess().WorkingSet64);
                await Task.Delay(200);
            }
        });
        var during = await WhileServingAsync(
            database, [$"--Interop:Evaluation={table}"], client => EvaluatedAsync(output, client, took));
        await watching.CancelAsync();
        await watch;
        output.WriteLine(
            $"  the year's report is there after {took.Elapsed:hh\\:mm\\:ss}; the process grew from {before / 1_000_000} MB to "
                + $"{peak / 1_000_000} MB at most");
        output.WriteLine($"  a reader waits (median, 95th, 99th percentile in ms): {quiet} before, {during} meanwhile");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The process that reads an encounter every ten milliseconds until its input ends, and then says what it waited.</summary>
    public static async Task ReadAsync(int port, string token, int episodes)
    {
        var stop = Task.Run(Console.In.ReadToEnd);
        using var client = Client(port, token);
        var (random, times) = (new Random(1), new List<double>());
        while (!stop.IsCompleted)
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(new Uri($"/fhir/Encounter/v{random.Next(episodes)}", UriKind.Relative));
            response.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(10);
        }

        times = [.. times.Skip(100).Order()]; // what is compiled at first use is
        Console.WriteLine(string.Join(", ", Shares.Select(share =>
            times[times.Count * share / 100].ToString("F2", CultureInfo.InvariantCulture))));
    }

    /// <summary>What a reader waits while a server serves and something else is done.</summary>
    private static async Task<string> WhileServingAsync(
        string database, string[] settings, Func<HttpClient, Task> meanwhile)
    {
        using var rsa = RSA.Create(2048);
        await using var issuer = await LoopbackIssuer.StartAsync(rsa, CancellationToken.None);
        await using var server = InteropServer.Build(
            [.. Settings(database, issuer.Authority), .. settings], builder => builder.Logging.ClearProviders());
        await server.StartAsync();
        var port = new Uri(server.Urls.First()).Port;
        var evaluator = issuer.Token(
            new DemoCaller("evaluator", Custodian, ["HOPERAT"], ["evaluator"], "system/*.rs"),
            DateTimeOffset.UtcNow,
            TimeSpan.FromHours(6));
        var navigator = issuer.Token(
            DemoCaller.All.Single(caller => caller.Name == "navigator"), DateTimeOffset.UtcNow, TimeSpan.FromHours(6));
        using var reader = BystanderBenchmarks.Start(
            BystanderBenchmarks.Own[0],
            [.. BystanderBenchmarks.Own[1..], "read-encounters", port.ToString(CultureInfo.InvariantCulture), navigator, Known]);
        using var client = Client(port, evaluator);
        await meanwhile(client);
        reader.StandardInput.Close();
        var waited = await reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        await server.StopAsync();
        return waited.Trim();
    }

    private static async Task EvaluatedAsync(TextWriter output, HttpClient client, Stopwatch clock)
    {
        foreach (var (from, to) in new[] { ("2025-01-01", "2025-01-31"), ("2025-01-01", "2025-06-30"), ("2025-01-01", "2025-12-31") })
        {
            while (true)
            {
                using var answer = await client.GetAsync(
                    new Uri($"/fhir/Measure/arrest/$evaluate-measure?periodStart={from}&periodEnd={to}", UriKind.Relative));
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    answer.EnsureSuccessStatusCode();
                    using var report = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
                    output.WriteLine($"  {from} to {to} after {clock.Elapsed:hh\\:mm\\:ss}: {report.RootElement.GetProperty("status")}");
                    break;
                }

                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    private static async Task SeedAsync(TextWriter output, string database, int episodes)
    {
        await using var server = InteropServer.Build(
            Settings(database, "http://127.0.0.1:1"), builder => builder.Logging.ClearProviders());
        var importer = server.Services.GetRequiredService<Importer>();
        await CityBenchmarks.ImportAsync(importer, [Fixtures.Organization(Custodian, Custodian)]);
        var (random, clock) = (new Random(1), Stopwatch.StartNew());
        var persons = episodes / EpisodesOfOne;
        for (var person = 0; person < persons; person += PersonsAtOnce)
        {
            await CityBenchmarks.ImportAsync(
                importer, Enumerable.Range(person, Math.Min(PersonsAtOnce, persons - person)).SelectMany(number => OfOne(number, random)));
            if (person % (PersonsAtOnce * 50) == 0)
            {
                output.WriteLine($"  {person} of {persons} persons after {clock.Elapsed:hh\\:mm\\:ss}");
            }
        }

        await server.Services.GetRequiredService<ResourceStore>().AnalyzeAsync(CancellationToken.None);
    }

    private static IEnumerable<string> OfOne(int person, Random random)
    {
        yield return $$$"""
            {"resourceType":"Patient","id":"p{{{person}}}","active":true,"name":[{"use":"official","family":"Family{{{person}}}"}],
            "birthDate":"{{{1940 + random.Next(70)}}}-05-0{{{random.Next(1, 9)}}}",
            "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"{{{Of(random, "en", "en", "es", "vi")}}}"}]}}],
            "address":[{"use":"home","district":"{{{Of(random, "North", "South", "Harbour", "Elsewhere")}}}"}],
            "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[
            {"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238",
            "code":"{{{Of(random, "2106-3", "2106-3", "2054-5", "2028-9", "1002-5")}}}"}},
            {"url":"text","valueString":"told"}]},
            {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"{{{Of(random, "F", "M")}}}"}]}
            """;
        for (var number = 0; number < EpisodesOfOne; number++)
        {
            foreach (var resource in Episode((person * EpisodesOfOne) + number, person, random))
            {
                yield return resource;
            }
        }
    }

    private static IEnumerable<string> Episode(int episode, int person, Random random)
    {
        var start = Start + (Year * random.NextDouble());
        var end = start.AddMinutes(random.Next(20, 120));
        var arrived = random.Next(3) == 0 ? string.Empty : $$$"""
            ,{"status":"arrived","period":{"start":"{{{Text(start.AddMinutes(random.Next(3, 50)))}}}"}}
            """;
        yield return $$$"""
            {"resourceType":"Encounter","id":"v{{{episode}}}","status":"finished",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "statusHistory":[{"status":"planned","period":{"start":"{{{Text(start)}}}"}}{{{arrived}}}],
            "type":[{"coding":[{"system":"{{{Fixtures.Base}}}/CodeSystem/response-model",
            "code":"{{{Of(random, "crt", "crt", "ccd", "co-response")}}}"}]}],
            "subject":{"reference":"Patient/p{{{person}}}"},"period":{"start":"{{{Text(start)}}}","end":"{{{Text(end)}}}"},
            "serviceProvider":{"reference":"Organization/{{{Custodian}}}"}}
            """;
        foreach (var fact in Facts.Where(_ => random.Next(4) > 0))
        {
            yield return $$$"""
                {"resourceType":"Observation","id":"v{{{episode}}}-{{{fact}}}","status":"final",
                "code":{"coding":[{"system":"{{{Fixtures.Base}}}/CodeSystem/crisis-observation","code":"{{{fact}}}"}]},
                "subject":{"reference":"Patient/p{{{person}}}"},"encounter":{"reference":"Encounter/v{{{episode}}}"},
                "valueBoolean":{{{(random.Next(12) == 0 ? "true" : "false")}}}}
                """;
        }

        yield return $$$"""
            {"resourceType":"Task","id":"v{{{episode}}}-follow","intent":"order",
            "status":"{{{Of(random, "completed", "completed", "failed")}}}",
            "code":{"coding":[{"system":"{{{Fixtures.Base}}}/CodeSystem/crisis-task","code":"follow-up-48h"}]},
            "for":{"reference":"Patient/p{{{person}}}"},"encounter":{"reference":"Encounter/v{{{episode}}}"},
            "authoredOn":"{{{Text(end)}}}","requester":{"reference":"Organization/{{{Custodian}}}"},
            "owner":{"reference":"Organization/{{{Custodian}}}"}}
            """;
    }

    private static string[] Settings(string database, string authority) =>
    [
        "--urls=http://127.0.0.1:0", $"--Interop:Database={database}", "--Interop:PublicUrl=http://127.0.0.1/fhir",
        $"--Interop:Issuers:0:Authority={authority}", $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
        "--Interop:Issuers:0:Agencies:0=*", "--Interop:Secret=a secret of this benchmark alone",
        "--Interop:Limits:ClientPerMinute=1000000000", "--Interop:Limits:UserPerMinute=1000000000",
        "--Interop:Limits:LookupsPerMinute=1000000000",
    ];

    private static HttpClient Client(int port, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static long Settled()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Process.GetCurrentProcess().WorkingSet64;
    }

    private static string Of(Random random, params string[] choices) => choices[random.Next(choices.Length)];

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
