using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Interop.Demo;
using Interop.Server;
using Interop.Server.Commands;

namespace Interop.Benchmarks;

/// <summary>
/// A published server over 100,000 resources: how soon after its start it answers, and what it keeps in memory. Linux only.
/// </summary>
internal static class StartBenchmarks
{
    private const int Patients = 10_000;
    private const int PerPatient = 10;
    private const int Starts = 5;
    private const int Requests = 3_000;

    /// <param name="executable">What deploy/publish.sh made: FOLDER/server/interop.</param>
    public static async Task RunAsync(TextWriter output, string executable)
    {
        var folder = Directory.CreateTempSubdirectory("interop-start-").FullName;
        using var rsa = RSA.Create(2048);
        await using var issuer = await LoopbackIssuer.StartAsync(rsa, CancellationToken.None);
        string[] settings =
        [
            $"--Interop:Database=sqlite:{Path.Combine(folder, "interop.db")}", $"--Interop:Issuers:0:Authority={issuer.Authority}",
            $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}", "--Interop:Issuers:0:Agencies:0=*",
            "--Logging:LogLevel:Default=Warning",
        ];
        await using (var seeding = InteropServer.Build([.. settings, "--urls=http://127.0.0.1:0"]))
        {
            await SeedAsync(seeding.Services.GetRequiredService<Importer>());
        }

        output.WriteLine(
            $"{Patients * PerPatient} resources, {new DirectoryInfo(folder).GetFiles().Sum(file => file.Length) / 1_000_000} MB in SQLite");
        var token = issuer.Token(DemoCaller.All.Single(caller => caller.Name == "navigator"), DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        foreach (var first in new[] { "metadata", "Patient/p7" })
        {
            foreach (var _ in Enumerable.Range(0, Starts))
            {
                await StartAsync(output, executable, settings, token, first);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task StartAsync(TextWriter output, string executable, string[] settings, string token, string first)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(executable, ["serve", $"--urls=http://127.0.0.1:{port}", .. settings]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/fhir/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var status = await FirstAnswerAsync(http, first);
        var answered = Stopwatch.GetElapsedTime(begun);
        process.Refresh();
        var (early, work) = (Memory(process), process.TotalProcessorTime);
        for (var number = 0; number < Requests; number++)
        {
            var person = $"p{number * 7919 % Patients}";
            await http.GetByteArrayAsync(new Uri(number % 3 == 0 ? $"Condition?patient={person}" : $"Patient/{person}", UriKind.Relative));
        }

        output.WriteLine(
            $"  first answer ({first}, {(int)status}) {answered.TotalMilliseconds:F0} ms after the start, "
                + $"{work.TotalMilliseconds:F0} ms of CPU; "
            + $"resident {early} then, {Memory(process)} after {Requests} reads and searches");
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<HttpStatusCode> FirstAnswerAsync(HttpClient http, string path)
    {
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
                return response.StatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(2); // it does not listen yet
            }
        }
    }

    /// <summary>
    /// All that is resident, and how much of it is files: the database is mapped, and its pages are given back when needed.
    /// </summary>
    private static string Memory(Process process)
    {
        var sizes = File.ReadLines($"/proc/{process.Id}/status")
            .Select(line => line.Split(':'))
            .Where(line => line[0] is "VmRSS" or "RssFile")
            .ToDictionary(line => line[0], line =>
                long.Parse(line[1].Replace("kB", string.Empty, StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1_000);
        return $"{sizes["VmRSS"]} MB ({sizes["RssFile"]} of files)";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task SeedAsync(Importer importer)
    {
        await CityBenchmarks.ImportAsync(importer, [Fixtures.Organization("crisis-program", "crisis-program")]);
        foreach (var chunk in Enumerable.Range(0, Patients).Chunk(100))
        {
            await CityBenchmarks.ImportAsync(importer, chunk.SelectMany(number => (IEnumerable<string>)
            [
                Fixtures.Patient($"p{number}", $"Family{number}"),
                Fixtures.Encounter($"e{number}", $"p{number}"),
                .. Enumerable.Range(0, PerPatient - 2)
                    .Select(each => Fixtures.Condition($"c{number}-{each}", $"p{number}", encounter: $"e{number}")),
            ]));
        }
    }
}
