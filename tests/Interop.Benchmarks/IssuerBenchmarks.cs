using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Demo;
using Interop.Identity;
using Interop.Identity.Clients;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Benchmarks;

/// <summary>
/// Tokens per second by client_credentials, against a bare Kestrel that reads the same form and makes one RSA-2048 signature, in one
/// run. Commits wait for the disk on both databases; assertions are signed before the clock runs, because clients do that elsewhere.
/// </summary>
internal static class IssuerBenchmarks
{
    private const int Rounds = 3;
    private const int PerRound = 3_000;
    private static readonly int[] Clients = [1, 8];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public static async Task RunAsync(TextWriter output)
    {
        PostgresCluster.IsDurable = true;
        output.WriteLine(
            $"Issuer: up to {PerRound} tokens or {Longest.TotalSeconds:F0} s a round, best of {Rounds} interleaved rounds, client on "
                + "the same cores");
        var folder = Directory.CreateTempSubdirectory("interop-bench-");
        List<(string Name, string Database)> databases = [("SQLite", "sqlite:" + Path.Combine(folder.FullName, "identity.db"))];
        if (PostgresCluster.IsPresent)
        {
            databases.Add(("PostgreSQL", "postgres:" + await PostgresCluster.CreateDatabaseAsync()));
        }

        await using var bare = await BareAsync();
        var barePort = new Uri(bare.Urls.First()).Port;
        var issuers = new List<(string Name, WebApplication Issuer, int Port)>();
        foreach (var (name, database) in databases)
        {
            var port = LoopbackPort.Any();
            string[] settings =
            [
                $"--urls={port.Url}", $"--Identity:Issuer={port.Url}", $"--Identity:Database={database}",
                $"--Identity:KeyFolder={Path.Combine(folder.FullName, "keys")}", "--Identity:RequestsPerMinute=999999",
                "--Identity:Agreements=external", "--Logging:LogLevel:Default=None",
            ];
            var issuer = InteropIdentity.Build(settings, configure: builder => port.HandTo(builder.Services));
            await issuer.StartAsync();
            issuers.Add((name, issuer, port.Number));
        }

        using var es384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rs384 = RSA.Create(2048);
        var keys = new Dictionary<string, (SigningCredentials Credentials, JsonWebKey Public)>
        {
            ["ES384"] = (new(new ECDsaSecurityKey(es384) { KeyId = "ES384" }, "ES384"), PublicOf(es384)),
            ["RS384"] = (new(new RsaSecurityKey(rs384) { KeyId = "RS384" }, "RS384"), PublicOf(rs384)),
        };
        foreach (var (_, issuer, _) in issuers)
        {
            foreach (var (algorithm, key) in keys)
            {
                await issuer.Services.GetRequiredService<ClientStore>().AddAsync(Client(algorithm, key.Public), CancellationToken.None);
            }
        }

        var bareForm = Forms(barePort, "ES384", keys["ES384"].Credentials, 1).First();
        foreach (var clients in Clients)
        {
            var best = new Dictionary<string, double>();
            for (var round = 0; round < Rounds; round++)
            {
                await MeasureAsync(best, "bare Kestrel + one RSA-2048 signature", barePort, clients, new Repeat(bareForm));
                foreach (var (name, _, port) in issuers)
                {
                    foreach (var (algorithm, key) in keys)
                    {
                        await MeasureAsync(
                            best, $"{name}, {algorithm}", port, clients, new Drain(Forms(port, algorithm, key.Credentials, PerRound)));
                    }
                }
            }

            var reference = best.Values.First();
            foreach (var (name, perSecond) in best)
            {
                output.WriteLine(
                    $"  {clients} client{(clients == 1 ? " " : "s")}: {name,-40} {perSecond,8:F0} tokens/s  = {perSecond / reference:F2}");
            }
        }

        foreach (var (_, issuer, _) in issuers)
        {
            await issuer.StopAsync();
            await issuer.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(true);
    }

    private static async Task MeasureAsync(Dictionary<string, double> best, string name, int port, int clients, IConnectionScript script)
    {
        await LoadClient.RunAsync(port, clients, WarmUp, _ => script);
        var (perSecond, failed) = await LoadClient.RunAsync(port, clients, Longest, _ => script);
        best[name] = failed == 0
            ? Math.Max(best.GetValueOrDefault(name), perSecond)
            : throw new InvalidOperationException($"{failed} requests of {name} failed.");
    }

    /// <summary>Requests for a token, each with an assertion of its own.</summary>
    private static ConcurrentQueue<byte[]> Forms(int port, string client, SigningCredentials credentials, int count)
    {
        var forms = new byte[count][];
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Parallel.For(0, forms.Length, index =>
        {
            var payload =
                $$"""{"iss":"{{client}}","sub":"{{client}}","aud":"http://127.0.0.1:{{port}}/token","jti":"{{Guid.NewGuid():N}}","iat":"""
                    + $$"""{{now}},"exp":{{now + 280}}}""";
            var assertion = Handler.CreateToken(payload, credentials, new Dictionary<string, object>());
            var body =
                "grant_type=client_credentials&scope=system%2FPatient.rs&"
                    + $"client_assertion_type={Uri.EscapeDataString(ClientAuthentication.AssertionType)}&client_assertion={assertion}";
            forms[index] = Encoding.ASCII.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + $"{body.Length}\r\n\r\n{body}"));
        });
        return new(forms);
    }

    private static Client Client(string algorithm, JsonWebKey key)
    {
        key.Kid = algorithm;
        var jwks = key.Kty == "RSA"
            ? $$"""{"keys":[{"kty":"RSA","kid":"{{algorithm}}","n":"{{key.N}}","e":"{{key.E}}"}]}"""
            : $$"""{"keys":[{"kty":"EC","kid":"{{algorithm}}","crv":"{{key.Crv}}","x":"{{key.X}}","y":"{{key.Y}}"}]}""";
        return new(
            algorithm, "Bench", "Organization/bench", [
                Identity.Clients.Client.ClientCredentials
            ], ["system/Patient.rs"], ["TREAT"], [], [], jwks, null, false, false);
    }

    private static JsonWebKey PublicOf(ECDsa key)
    {
        using var publicPart = ECDsa.Create(key.ExportParameters(false));
        return JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicPart));
    }

    private static JsonWebKey PublicOf(RSA key) =>
        JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.ExportParameters(false)));

    private static async Task<WebApplication> BareAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var key = new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "bare" }, "RS256");
        app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var token = Handler.CreateToken($$"""{"sub":"{{form["scope"]}}"}""", key);
            return Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 300, scope = form["scope"].ToString() });
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>Sends each request once; all connections share them.</summary>
    private sealed class Drain(ConcurrentQueue<byte[]> requests) : IConnectionScript
    {
        public byte[] NextRequest() => requests.TryDequeue(out var request) ? request : [];

        public void Answered(int status, string? location)
        {
        }
    }
}
