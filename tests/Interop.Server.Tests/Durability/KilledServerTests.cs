using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Interop.Demo;

namespace Interop.Server.Tests.Durability;

/// <summary>
/// A server process that is killed amid a stream of writes: what it acknowledged is there, whole, and nothing else is half there.
/// </summary>
public sealed class KilledServerTests : IAsyncLifetime
{
    private readonly string database = Path.Combine(Path.GetTempPath(), $"interop-killed-{Guid.NewGuid():N}.db");

    public async Task InitializeAsync()
    {
        await using var server = await RunningServer.StartAsync(database);
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
    }

    public Task DisposeAsync()
    {
        foreach (var file in new[] { database, database + "-wal", database + "-shm" })
        {
            File.Delete(file);
        }

        return Task.CompletedTask;
    }

    [Fact]
    public async Task Acknowledged_writes_survive_a_kill_with_their_index_and_audit_rows()
    {
        var acknowledged = new ConcurrentBag<(string Id, string Number)>();
        await using (var issuerHost = await RunningServer.StartAsync())
        {
            for (var round = 0; round < 3; round++)
            {
                await WriteUntilKilledAsync(issuerHost, acknowledged, round);
            }
        }

        await using var server = await RunningServer.StartAsync(database);
        Assert.True(acknowledged.Count >= 60, $"Only {acknowledged.Count} writes were acknowledged before the kills.");
        await EveryWriteIsWholeAsync(server, acknowledged);
        var verification = await server.Rows.VerifyAuditAsync(CancellationToken.None);
        Assert.True(verification.Holds, verification.Problem);
    }

    /// <summary>Starts the process, writes from four clients, and kills it without a word.</summary>
    private async Task WriteUntilKilledAsync(RunningServer issuerHost, ConcurrentBag<(string Id, string Number)> acknowledged, int round)
    {
        using var process = await BesideServer.StartAsync(issuerHost.Issuer, $"sqlite:{database}");
        var token = issuerHost.Issuer.Token(
            DemoCaller.All.Single(caller => caller.Name == "navigator"), DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        using var client = new HttpClient { BaseAddress = new Uri(process.Address, "/fhir/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await ReadyAsync(client);

        var writers = Enumerable.Range(0, 4).Select(writer => WriteAsync(client, acknowledged, $"{round}-{writer}")).ToArray();
        var enough = acknowledged.Count + 40;
        for (var waited = 0; waited < 300 && acknowledged.Count < enough; waited++)
        {
            await Task.Delay(50);
        }

        await process.KillAsync();
        await Task.WhenAll(writers);
    }

    private static async Task WriteAsync(HttpClient client, ConcurrentBag<(string Id, string Number)> acknowledged, string writer)
    {
        for (var number = 0; number < 100_000; number++)
        {
            var value = $"{writer}-{number}";
            var patient = $$"""{"resourceType":"Patient","identifier":[{"system":"urn:interop:test","value":"{{value}}"}],"active":true}""";
            try
            {
                using var response = await client.PostFhirAsync("Patient", patient);
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                acknowledged.Add(((await response.JsonAsync()).GetProperty("id").GetString()!, value));
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task EveryWriteIsWholeAsync(RunningServer server, IReadOnlyCollection<(string Id, string Number)> acknowledged)
    {
        using var client = server.As("navigator");
        var indexed = new Dictionary<string, string>();
        var path = "Patient?identifier=urn:interop:test|&_count=1000&_total=accurate";
        var total = 0;
        while (path is not null)
        {
            var page = await client.GetJsonAsync(path);
            total = page.GetProperty("total").GetInt32();
            foreach (var entry in page.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource")))
            {
                indexed.Add(entry.GetProperty("id").GetString()!, entry.GetProperty("identifier")[0].GetProperty("value").GetString()!);
            }

            var next = page.GetProperty("link").EnumerateArray().FirstOrDefault(link => link.GetProperty("relation").GetString() == "next");
            path = next.ValueKind == System.Text.Json.JsonValueKind.Undefined
                ? null
                : next.GetProperty("url").GetString()![(RunningServer.PublicUrl.Length + 1)..];
        }

        Assert.Equal(total, indexed.Count);
        Assert.Equal((await client.GetJsonAsync("Patient?_summary=count")).GetProperty("total").GetInt32(), total);
        Assert.All(acknowledged, write => Assert.Equal(write.Number, indexed[write.Id]));

        var created = (await server.Rows.AuditAsync(0, 1_000_000, CancellationToken.None))
            .Where(entry => entry.Row is { Interaction: "create", Outcome: "permit" })
            .Select(entry => entry.Row.Target!)
            .ToHashSet();
        Assert.Equal(indexed.Keys.Select(id => $"Patient/{id}").ToHashSet(), created);
    }

    private static async Task ReadyAsync(HttpClient client)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        Assert.Fail("The server process did not become ready in 20 seconds.");
    }
}
