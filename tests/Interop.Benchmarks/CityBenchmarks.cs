using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Interop.Demo;
using Interop.Fhir;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Storage;

namespace Interop.Benchmarks;

/// <summary>
/// The whole server with a city's worth of resources: what reads, searches and creates cost in requests and in CPU, and whether the time
/// of a search tells of what it does not find.
/// </summary>
internal static class CityBenchmarks
{
    private const int Patients = 4_000;
    private const int Connections = 64;
    private const int Repetitions = 40;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly DemoCaller Social = DemoCaller.All.Single(caller => caller.Name == "social");

    private static DatabaseCpu databaseCpu = DatabaseCpu.None;

    /// <param name="onlyBystander">Nothing but what a bystander waits.</param>
    /// <param name="withBystander">Whether what a bystander waits is measured at all.</param>
    public static async Task RunAsync(TextWriter output, bool onlyBystander, bool withBystander = true)
    {
        var folder = Directory.CreateTempSubdirectory("interop-city-").FullName;
        await RunAsync(
            output,
            $"sqlite:{Path.Combine(folder, "interop.db")}",
            () => new DirectoryInfo(folder).GetFiles().Sum(file => file.Length),
            onlyBystander,
            withBystander);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The same on PostgreSQL, whose commits wait for the disk as SQLite's do; its CPU is counted with the server's.</summary>
    public static async Task RunOnPostgresAsync(TextWriter output)
    {
        PostgresCluster.IsDurable = true;
        var connection = await PostgresCluster.CreateDatabaseAsync();
        databaseCpu = await DatabaseCpu.OfAsync(connection);
        await RunAsync(output, $"postgres:{connection}", () => 0, onlyBystander: false, withBystander: false);
        databaseCpu = DatabaseCpu.None;
    }

    private static async Task RunAsync(TextWriter output, string database, Func<long> size, bool onlyBystander, bool withBystander)
    {
        using var rsa = RSA.Create(2048);
        await using var issuer = await LoopbackIssuer.StartAsync(rsa, CancellationToken.None);
        var exports = Directory.CreateTempSubdirectory("interop-exports-").FullName;
        var server = InteropServer.Build(
            [
                "--urls=http://127.0.0.1:0", $"--Interop:Database={database}", "--Interop:PublicUrl=http://127.0.0.1/fhir",
                $"--Interop:Issuers:0:Authority={issuer.Authority}", $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
                "--Interop:Issuers:0:Agencies:0=*",
                "--Interop:Limits:ClientPerMinute=1000000000", "--Interop:Limits:UserPerMinute=1000000000",
                "--Interop:Limits:LookupsPerMinute=1000000000", $"--Interop:Exports:Folder={exports}",
            ],
            builder => builder.Logging.ClearProviders());
        await using var _ = server;
        var seeding = Stopwatch.StartNew();
        var seedingCpu = CpuNow();
        await SeedAsync(server.Services.GetRequiredService<Importer>());
        await server.Services.GetRequiredService<ResourceStore>().AnalyzeAsync(CancellationToken.None);
        output.WriteLine(
            $"City on {database.Split(':')[0]}: {Patients * 6} resources in {seeding.Elapsed.TotalSeconds:F0} s, "
                + $"{(CpuNow() - seedingCpu).TotalSeconds:F0} s of CPU, {size() / 1_000_000} MB");
        await server.StartAsync();
        var port = new Uri(server.Urls.First()).Port;
        var tokens = new[] { Navigator, Hospital, Social }.ToDictionary(
            caller => caller.Name, caller => issuer.Token(caller, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));

        if (!onlyBystander)
        {
            await MeasureAsync(output, port, "read, own", tokens["navigator"], number => $"/fhir/Condition/c{number}-1");
            await MeasureAsync(
                output, port, "read, through a consent", tokens["hospital"], number => $"/fhir/Condition/c{number / 4 * 4}-1");
            await MeasureAsync(
                output, port, "search of one record, own", tokens["navigator"], number => $"/fhir/Condition?patient=p{number}");
            await MeasureAsync(output, port, "search of one record, through a consent", tokens["hospital"], number =>
                $"/fhir/Condition?patient=p{number / 4 * 4}");
            await MeasureAsync(output, port, "person by name and birth date, partner", tokens["social"], number =>
                $"/fhir/Patient?family=Family{number}&birthdate=1988-02-29");
            await MeasureAsync(
                output, port, "page of a common value, own", tokens["navigator"], _ => "/fhir/Encounter?status=in-progress&_count=20");
            await MeasureAsync(
                output, port, "page of a code, through consents", tokens["hospital"], _ => "/fhir/Condition?code=38341003&_count=20", 8);
            await MeasureAsync(
                output, port, "exact total of a code, own", tokens["navigator"], _ => "/fhir/Condition?code=38341003&_summary=count", 8);
            await MeasureAsync(
                output, port, "page of a type's history, own", tokens["navigator"], _ => "/fhir/Condition/_history?_count=20", 8);
            await MeasureAsync(
                output,
                port,
                "page of a type's history, through consents",
                tokens["hospital"],
                _ => "/fhir/Condition/_history?_count=20",
                8);
            await MeasureAsync(
                output, port, "a person's everything, own", tokens["navigator"], number => $"/fhir/Patient/p{number}/$everything", 8);
            await MeasureExportAsync(output, port, issuer);
            await MeasureCreatesAsync(output, port, tokens["navigator"]);
            await ReportTimesAsync(output, port, tokens["social"]);
        }

        if (withBystander)
        {
            await BystanderBenchmarks.RunAsync(output, port, tokens["hospital"], tokens["navigator"]);
        }

        await server.StopAsync();
    }

    private static TimeSpan CpuNow() => Process.GetCurrentProcess().TotalProcessorTime + databaseCpu.Total();

    private static async Task MeasureAsync(
        TextWriter output, int port, string what, string token, Func<int, string> path, int connections = Connections)
    {
        // Each connection to PostgreSQL makes its plans first.
        var warm = TimeSpan.FromSeconds(databaseCpu == DatabaseCpu.None ? 1 : 10);
        await LoadClient.RunAsync(port, connections, warm, connection => new Varied(connection, token, path));
        var (cpu, ofDatabase, clock) = (CpuNow(), databaseCpu.Total(), Stopwatch.StartNew());
        var (perSecond, failed) = await LoadClient.RunAsync(port, connections, Duration, connection => new Varied(connection, token, path));
        var requests = perSecond * clock.Elapsed.TotalSeconds;
        output.WriteLine(
            $"  {what,-45} {perSecond,8:F0} per s {(CpuNow() - cpu).TotalMicroseconds / requests,8:F0} us of CPU, client's "
                + $"included{(databaseCpu == DatabaseCpu.None
                    ? ""
                    : $", {(databaseCpu.Total() - ofDatabase).TotalMicroseconds / requests:F0} of them the database's")}"
                + $"{(failed > 0 ? $", {failed} failed" : "")}");
    }

    /// <summary>One client exports all that it sees; its CPU, the server's, is that of this process.</summary>
    private static async Task MeasureExportAsync(TextWriter output, int port, LoopbackIssuer issuer)
    {
        var claims = LoopbackIssuer.Claims(Navigator);
        claims["sub"] = $"demo-{Navigator.Name}";
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/fhir/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));
        client.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var (cpu, clock) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        using var begun = await client.GetAsync(new Uri("$export", UriKind.Relative));
        var address = new Uri($"$export/{begun.Content.Headers.ContentLocation!.ToString().Split('/')[^1]}", UriKind.Relative);
        var manifest = await client.GetAsync(address);
        while (manifest.StatusCode == System.Net.HttpStatusCode.Accepted)
        {
            await Task.Delay(20);
            manifest = await client.GetAsync(address);
        }

        using var document = System.Text.Json.JsonDocument.Parse(await manifest.Content.ReadAsStringAsync());
        var resources = document.RootElement.GetProperty("output").EnumerateArray().Sum(file => file.GetProperty("count").GetInt32());
        var seconds = clock.Elapsed.TotalSeconds;
        var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        output.WriteLine(
            $"  export, own: {resources} resources in {seconds:F1} s and {used:F1} s of CPU, {resources / used:F0} per s of CPU");
    }

    private static Task MeasureCreatesAsync(TextWriter output, int port, string token) =>
        MeasureAsync(output, port, "create, own", token, number => $"POST p{number}");

    /// <summary>
    /// A dozen criteria about a person who is hidden from the caller, and about one who does not exist: 40 of each in turn. What separates
    /// the two is what the time tells.
    /// </summary>
    private static async Task ReportTimesAsync(TextWriter output, int port, string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var further = string.Concat(Enumerable.Repeat(
            "&_has:Condition:patient:code=38341003&_has:Encounter:patient:status=in-progress&gender=female&birthdate=ge1900", 3));
        foreach (var (what, hidden, absent) in new[]
        {
            ("a person who refused, by name", $"/fhir/Patient?family=Refuser{further}", $"/fhir/Patient?family=Nobody{further}"),
            (
                "a diagnosis above the caller's tier",
                "/fhir/Patient?_has:Condition:patient:code=38341003&family=Family1",
                "/fhir/Patient?_has:Condition:patient:code=1&family=Family1"),
        })
        {
            var (first, second) = (new List<double>(), new List<double>());
            for (var repetition = -5; repetition < Repetitions; repetition++)
            {
                var (one, other) = (await TimeAsync(client, hidden), await TimeAsync(client, absent));
                if (repetition >= 0)
                {
                    first.Add(one);
                    second.Add(other);
                }
            }

            first.Sort();
            second.Sort();
            var told = Enumerable.Range(0, Repetitions).Count(index => first[index] > second[Repetitions / 2]);
            output.WriteLine(
                $"  time of {what}: hidden {first[Repetitions / 2]:F2} ms, absent {second[Repetitions / 2]:F2} ms (medians); "
                + $"{told} of {Repetitions} hidden ones slower than the median of the absent (half is no difference)");
        }
    }

    private static async Task<double> TimeAsync(HttpClient client, string path)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        await response.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task SeedAsync(Importer importer)
    {
        await ImportAsync(importer,
        [
            Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("family-services", "social-services"), Fixtures.Agreement("city-hospital", labels: ["SUD"]),
            Fixtures.Agreement("family-services"),
        ]);
        foreach (var chunk in Enumerable.Range(0, Patients).Chunk(200))
        {
            await ImportAsync(importer, chunk.SelectMany(number => (IEnumerable<string>)
            [
                Fixtures.Patient($"p{number}", number % 100 == 99 ? "Refuser" : $"Family{number}"),
                Fixtures.Encounter($"e{number}", $"p{number}"),
                .. Enumerable.Range(0, 3).Select(
                    each => Fixtures.Condition($"c{number}-{each}", $"p{number}", each == 2 ? "75544000" : "38341003", $"e{number}")),
                number % 100 == 99 ? Fixtures.Consent($"k{number}", $"p{number}", "family-services", tier: "basic", type: "deny")
                    : number % 4 == 0 ? Fixtures.Consent($"k{number}", $"p{number}", "city-hospital")
                    : Fixtures.Condition($"c{number}-3", $"p{number}"),
            ]));
        }
    }

    internal static Task ImportAsync(Importer importer, IEnumerable<string> resources) => importer.ImportAsync(
        "crisis-program",
        [.. resources.Select(json =>
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            var header = Fhir.Json.ResourceJson.ReadHeader(bytes)!;
            return (new ResourceKey(header.Type!, header.Id!), bytes);
        })],
        CancellationToken.None);

    /// <summary>Requests about one patient after the other.</summary>
    private sealed class Varied(int connection, string token, Func<int, string> path) : IConnectionScript
    {
        private int number = connection * 61;

        public byte[] NextRequest()
        {
            number = (number + 1) % Patients;
            return path(number) is var asked && asked.StartsWith("POST ", StringComparison.Ordinal)
                ? LoadClient.Request("POST", "/fhir/Condition", token, Fixtures.Condition("x", asked["POST ".Length..]))
                : LoadClient.Request("GET", asked, token);
        }

        public void Answered(int status, string? location)
        {
        }
    }
}
