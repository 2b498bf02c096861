using System.Security.Cryptography;
using Interop.Demo;
using Interop.Server.Security;

namespace Interop.Benchmarks;

/// <summary>
/// What the memory of verified tokens saves: the same authorised read with one token that the server remembers, and with a token that it
/// has not seen (or was made to forget) in each request.
/// </summary>
internal static class TokenCacheBenchmarks
{
    private const int Tokens = 20_000;
    private const int Rounds = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);
    private static readonly int[] Connections = [64, 256];

    public static async Task RunAsync(TextWriter output)
    {
        var database = Path.Combine(Path.GetTempPath(), $"interop-bench-{Guid.NewGuid():N}.db");
        using var rsa = RSA.Create(2048);
        await using var issuer = await LoopbackIssuer.StartAsync(rsa, CancellationToken.None);
        var (server, port) = await ServerBenchmarks.StartAsync(issuer, database);
        await using var _ = server;
        var verifier = server.Services.GetRequiredService<TokenVerifier>();
        var navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
        var now = DateTimeOffset.UtcNow;
        var requests = new byte[Tokens][];
        Parallel.For(0, Tokens, number =>
            requests[number] = LoadClient.Request("GET", "/fhir/Condition/bench", issuer.Token(navigator, now, TimeSpan.FromHours(1))));

        output.WriteLine(
            $"Token cache: RS256, 2048 bit, {Duration.TotalSeconds:F1} s a round, best of {Rounds} interleaved rounds, client on "
                + "the same cores");
        foreach (var connections in Connections)
        {
            var (with, without) = (0.0, 0.0);
            for (var round = 0; round <= Rounds; round++)
            {
                var remembered = await MeasureAsync(port, connections, new Several(requests, 1));
                verifier.Forget();
                var forgotten = await MeasureAsync(port, connections, new Several(requests, Tokens));

                // Round 0 warms up.
                (with, without) = round == 0 ? (0, 0) : (Math.Max(with, remembered), Math.Max(without, forgotten));
            }

            output.WriteLine($"  {connections} connections: remembered token  {with,8:F0} req/s  {1e6 / with,6:F1} us a request");
            output.WriteLine(
                $"    a token never seen before       {without,8:F0} req/s  {1e6 / without,6:F1} us a request  = {with / without:F2} "
                    + "times the cost");
        }

        await server.StopAsync();
        File.Delete(database);
    }

    private static async Task<double> MeasureAsync(int port, int connections, Several requests)
    {
        var (perSecond, failed) = await LoadClient.RunAsync(port, connections, Duration, _ => requests);
        return failed == 0 && requests.Enough
            ? perSecond
            : throw new InvalidOperationException($"{failed} requests failed, or there were more of them than tokens.");
    }

    /// <summary>The first of the requests, in turn, shared by all connections.</summary>
    private sealed class Several(byte[][] requests, int count) : IConnectionScript
    {
        private int taken;

        public bool Enough => count == 1 || taken <= count;

        public byte[] NextRequest() => requests[count == 1 ? 0 : (Interlocked.Increment(ref taken) - 1) % count];

        public void Answered(int status, string? location)
        {
        }
    }
}
