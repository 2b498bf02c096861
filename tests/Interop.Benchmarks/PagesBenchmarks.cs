using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Interop.Demo;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Storage;

namespace Interop.Benchmarks;

/// <summary>
/// The pages of the started demo, for its ten people with sessions of their own: what each page takes at the socket and how many bytes it
/// has, with the demo's city and with 100,000 persons. Every page to which a place leads, one of each shape, and the search for a person.
/// </summary>
internal static class PagesBenchmarks
{
    private const int Persons = 100_000;
    private const int OfTheDemo = 300;
    private const int PersonsAtOnce = 500;
    private const string Serving = "In a browser: ";

    /// <param name="folder">Keeps the city: a second run measures it again, and does not make it again.</param>
    public static async Task RunAsync(TextWriter output, string folder)
    {
        var grown = Path.Combine(folder, "grown");
        if (!File.Exists(grown))
        {
            await MeasureAsync(output, folder, $"the demo's city, {OfTheDemo} persons");
            await GrowAsync(output, Path.Combine(folder, "interop.db"));
            await File.WriteAllTextAsync(grown, string.Empty);
        }

        await MeasureAsync(output, folder, $"{Persons} persons");
    }

    private static async Task MeasureAsync(TextWriter output, string folder, string what)
    {
        using var demo = await StartAsync(folder);
        using var process = Process.GetProcessById(demo.Id);
        output.WriteLine($"{what}: ms (median and 19th of 20, the first time, and CPU of the server), kB");
        foreach (var person in DemoPerson.All)
        {
            using var visitor = await PageVisitor.SignedInAsync(demo.Address, process, person.UserName);
            await visitor.MeasureAsync(output);
        }

        await demo.KillAsync();
    }

    private static Task<ServingProcess> StartAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in (string[])
                 [
                     "exec", Path.Combine(AppContext.BaseDirectory, "Interop.Demo.dll"),
                     "--port", FreePort().ToString(CultureInfo.InvariantCulture), "--data", folder,
                 ])
        {
            start.ArgumentList.Add(argument);
        }

        // One person asks what a hundred ask in their time.
        foreach (var limit in (string[])["LookupsPerMinute", "UserPerMinute", "ClientPerMinute"])
        {
            start.Environment[$"Interop__Limits__{limit}"] = "1000000000";
        }

        return ServingProcess.StartAsync(start, Serving, TimeSpan.FromMinutes(10));
    }

    /// <summary>The demo takes this one and the next two; where those are taken it says so.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task GrowAsync(TextWriter output, string database)
    {
        await using var server = InteropServer.Build(
            [
                $"--Interop:Database=sqlite:{database}", "--Interop:PublicUrl=http://127.0.0.1/fhir", "--Interop:Custodian=crisis-program",
                "--Interop:TimeZone=America/New_York", // the demo's: a server of another judges everything again at its start
                "--Interop:Issuers:0:Authority=http://127.0.0.1:1", "--Interop:Issuers:0:Audience=none", "--Interop:Issuers:0:Agencies:0=*",
            ],
            builder => builder.Logging.ClearProviders());
        var importer = server.Services.GetRequiredService<Importer>();
        var (now, clock, resources) = (DateTimeOffset.UtcNow, Stopwatch.StartNew(), 0);
        foreach (var numbers in Enumerable.Range(OfTheDemo, Persons - OfTheDemo).Chunk(PersonsAtOnce))
        {
            var records = numbers.SelectMany(number => Record(number, now)).ToList();
            resources += records.Count;
            await CityBenchmarks.ImportAsync(importer, records);
        }

        await server.Services.GetRequiredService<ResourceStore>().AnalyzeAsync(CancellationToken.None);
        output.WriteLine(
            $"{resources} resources in {clock.Elapsed.TotalMinutes:F0} minutes, {new FileInfo(database).Length / 1_000_000} MB in SQLite");
    }

    /// <summary>
    /// A person who was met once and has work that waits, of another kind from one number to the next; every fifth lets the hospital know.
    /// </summary>
    private static IEnumerable<string> Record(int number, DateTimeOffset now)
    {
        var (person, at) = (Id("person"), now.AddMinutes(-number % 50_000));
        yield return Fixtures.Patient(person, $"Family{number % 20_000}")
            .Replace("Ana", $"Given{number % 500}", StringComparison.Ordinal);
        yield return Fixtures.Encounter(Id("met"), person, "finished");
        if (number % 5 == 4)
        {
            yield return Fixtures.Consent(Id("consent"), person, "city-hospital");
        }

        switch (number % 6)
        {
            case 0:
                yield return Fixtures.Encounter(Id("open"), person);
                break;
            case 1:
                yield return Fixtures.Encounter(Id("call"), person, "planned");
                yield return Task("call-answer", "crisis-program", $"\"encounter\":{Reference($"Encounter/{Id("call")}")},");
                break;
            case 2:
                yield return Task("disclosure-review", "crisis-program", """
                    "performerType":[{"coding":[{"system":"https://interop.example/fhir/CodeSystem/staff-role","code":"privacy-officer"}]}],
                    """);
                break;
            case 3:
                yield return Task("follow-up-48h", "crisis-program", $"\"focus\":{Reference($"Encounter/{Id("met")}")},");
                break;
            case 4:
                yield return Fixtures.Referral(Id("referral"), person);
                yield return Task(
                    "fulfill-referral", "city-hospital", $"\"focus\":{Reference($"ServiceRequest/{Id("referral")}")},");
                break;
            default:
                yield return Task("outcome-facts", "crisis-program", $"\"encounter\":{Reference($"Encounter/{Id("met")}")},");
                break;
        }

        string Id(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}-{number}");

        string Task(string code, string owner, string more) => $$"""
            {"resourceType":"Task","id":"{{Id(code)}}","status":"requested","intent":"order",{{more}}
            "code":{"coding":[{"system":"https://interop.example/fhir/CodeSystem/crisis-task","code":"{{code}}"}]},
            "for":{{Reference($"Patient/{person}")}},"authoredOn":"{{at:o}}","requester":{{Reference("Organization/crisis-program")}},
            "owner":{{Reference($"Organization/{owner}")}},"restriction":{"period":{"end":"{{at.AddHours(48):o}}"} } }
            """;

        static string Reference(string to) => $$"""{"reference":"{{to}}"}""";
    }
}
