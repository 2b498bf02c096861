using System.Security.Cryptography;
using System.Text;
using Dapper;
using Interop.Demo;
using Interop.Fhir;
using Interop.Server;
using Interop.Server.Commands;
using Microsoft.Data.Sqlite;

namespace Interop.Benchmarks;

/// <summary>
/// The whole server on loopback against a bare Kestrel that reads the same row by its key and checks nothing, in one run; and the
/// CRUD mix.
/// </summary>
internal static class ServerBenchmarks
{
    private const int MixConnections = 64;

    // Durable audit rows share a flush to disk: with few clients the disk's latency is measured, with these its share of the work.
    private static readonly int[] ReadConnections = [64, 256];
    private const int Rounds = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");

    public static async Task RunAsync(TextWriter output)
    {
        var database = Path.Combine(Path.GetTempPath(), $"interop-bench-{Guid.NewGuid():N}.db");
        using var rsa = RSA.Create(2048);
        await using var issuer = await LoopbackIssuer.StartAsync(rsa, CancellationToken.None);
        var (server, port) = await StartAsync(issuer, database);
        await using var _ = server;
        var publicUrl = $"http://127.0.0.1:{port}/fhir";
        await using var bare = await BareAsync(database);
        var barePort = new Uri(bare.Urls.First()).Port;

        var now = DateTimeOffset.UtcNow;
        var own = LoadClient.Request("GET", "/fhir/Condition/bench", issuer.Token(Navigator, now, TimeSpan.FromHours(1)));
        var granted = LoadClient.Request("GET", "/fhir/Condition/bench", issuer.Token(Hospital, now, TimeSpan.FromHours(1)));
        var plain = LoadClient.Request("GET", "/Condition/bench", null);
        output.WriteLine(
            $"Server: SQLite, {Duration.TotalSeconds:F0} s a round, best of {Rounds} interleaved rounds, client on the same cores");
        foreach (var connections in ReadConnections)
        {
            var (best, bestOwn, bestGranted) = (0.0, 0.0, 0.0);
            for (var round = 0; round < Rounds; round++)
            {
                best = Math.Max(best, await MeasureAsync(barePort, connections, plain));
                bestOwn = Math.Max(bestOwn, await MeasureAsync(port, connections, own));
                bestGranted = Math.Max(bestGranted, await MeasureAsync(port, connections, granted));
            }

            output.WriteLine($"  {connections} connections: bare Kestrel + Dapper read, no auth {best,8:F0} req/s");
            output.WriteLine($"    authorised, audited read of one's own row      {bestOwn,8:F0} req/s  = {bestOwn / best:F2}");
            output.WriteLine($"    ... through a consent, redacted                {bestGranted,8:F0} req/s  = {bestGranted / best:F2}");
        }

        var token = issuer.Token(Navigator, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var (mix, failed) =
            await LoadClient.RunAsync(port, MixConnections, Duration * 3, connection => new CrudMix(connection, token, publicUrl));
        output.WriteLine(
            $"  CRUD mix 10/60/25/5, audited, {MixConnections} connections    {mix,8:F0} req/s  = {mix / Environment.ProcessorCount:F0} "
                + $"per core, {failed} failed");

        await bare.StopAsync();
        await server.StopAsync();
        File.Delete(database);
    }

    /// <summary>The server on a free port with one person's records and no limit on what a caller asks.</summary>
    public static async Task<(WebApplication Server, int Port)> StartAsync(LoopbackIssuer issuer, string database)
    {
        var port = LoopbackPort.Any();
        var server = InteropServer.Build(
            [
                $"--urls={port.Url}", $"--Interop:Database=sqlite:{database}", $"--Interop:PublicUrl={port.Url}/fhir",
                $"--Interop:Issuers:0:Authority={issuer.Authority}", $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
                "--Interop:Issuers:0:Agencies:0=*",
                "--Interop:Limits:ClientPerMinute=1000000000", "--Interop:Limits:UserPerMinute=1000000000",
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                port.HandTo(builder.Services);
            });
        await SeedAsync(server.Services.GetRequiredService<Importer>());
        await server.StartAsync();
        return (server, port.Number);
    }

    private static async Task<double> MeasureAsync(int port, int connections, byte[] request)
    {
        await LoadClient.RunAsync(port, connections, TimeSpan.FromSeconds(1), _ => new Repeat(request));
        var (perSecond, failed) = await LoadClient.RunAsync(port, connections, Duration, _ => new Repeat(request));
        return failed == 0 ? perSecond : throw new InvalidOperationException($"{failed} requests failed.");
    }

    private static Task SeedAsync(Importer importer) => importer.ImportAsync(
        "crisis-program",
        [
            Resource(Fixtures.Organization("crisis-program", "crisis-program")),
            Resource(Fixtures.Organization("city-hospital", "hospital")),
            Resource(Fixtures.Agreement("city-hospital")),
            Resource(Fixtures.Patient("bench")),
            Resource(Fixtures.Consent("bench", "bench", "city-hospital")),
            Resource(Fixtures.Encounter("bench", "bench")),
            Resource(Fixtures.Condition("bench", "bench", encounter: "bench")),
        ],
        CancellationToken.None);

    private static (ResourceKey, byte[]) Resource(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var header = Fhir.Json.ResourceJson.ReadHeader(bytes)!;
        return (new(header.Type!, header.Id!), bytes);
    }

    private static async Task<WebApplication> BareAsync(string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/{type}/{id}", async (string type, string id, HttpContext http) =>
        {
            await using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly");
            var body =
                await connection.QuerySingleAsync<byte[]>("SELECT body FROM resource WHERE type = @type AND id = @id", new { type, id });
            http.Response.ContentType = "application/fhir+json";
            http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body);
        });
        await app.StartAsync();
        return app;
    }
}
