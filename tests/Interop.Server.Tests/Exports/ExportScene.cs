using System.Net;
using System.Text;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Guard.Exports;
using Microsoft.Extensions.Hosting;

namespace Interop.Server.Tests.Exports;

/// <summary>A server that exports into a folder of its own, and the way there that a client goes.</summary>
public abstract class ExportScene : IAsyncLifetime
{
    protected const string Custodian = "crisis-program";
    protected static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    protected static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");

    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), $"interop-exports-{Guid.NewGuid():N}");

    protected RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await StartAsync(null);
        await Server.ImportAsync(
            Custodian,
            Fixtures.Organization(Custodian, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Patient("p1", "One"),
            Fixtures.Patient("p2", "Two"),
            Fixtures.Patient("p3", "Three"),
            Fixtures.Consent("opens", "p1", "city-hospital"),
            Fixtures.Consent("denies", "p2", "city-hospital", type: "deny", tier: "basic"),
            Fixtures.Condition("c1", "p1"),
            Fixtures.Condition("c2", "p2", code: "44054006"),
            Fixtures.Condition("c3", "p3"),
            """
            {"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}},
            {"entity":{"reference":"Patient/p3"}}]}
            """);
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    protected Task<RunningServer> StartAsync(string? database) => RunningServer.StartAsync(
        database, null, $"--Interop:Exports:Folder={Folder}", "--Interop:Exports:Hours=24");

    protected HttpClient Client(DemoCaller caller) => Server.As(caller, ("sub", $"demo-{caller.Name}"));

    /// <summary>From here on a test takes the steps itself.</summary>
    protected Task StopWorkerAsync() =>
        Server.Part<IEnumerable<IHostedService>>().OfType<ExportWorker>().Single().StopAsync(CancellationToken.None);

    protected async Task<Storage.Write.ExportJob?> JobAsync(string id)
    {
        await using var session = await Server.Rows.OpenReadAsync(CancellationToken.None);
        return session.Rows.Export(id);
    }

    protected static HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Prefer", "respond-async");
        return request;
    }

    protected static async Task<HttpResponseMessage> BeginAsync(HttpClient client, string path)
    {
        using var request = Request(HttpMethod.Get, path);
        return await client.SendAsync(request);
    }

    protected static async Task<JsonElement> ExportedAsync(HttpClient client, string path)
    {
        using var begun = await BeginAsync(client, path);
        return await DoneAsync(client, begun);
    }

    protected static async Task<JsonElement> DoneAsync(HttpClient client, HttpResponseMessage begun)
    {
        Assert.True(begun.StatusCode == HttpStatusCode.Accepted, await begun.Content.ReadAsStringAsync());
        return await DoneAsync(client, Local(begun.Content.Headers.ContentLocation!.ToString()));
    }

    protected static async Task<JsonElement> DoneAsync(HttpClient client, string address)
    {
        while (true)
        {
            using var state = await client.GetAsync(address);
            if (state.StatusCode != HttpStatusCode.Accepted)
            {
                Assert.True(state.StatusCode == HttpStatusCode.OK, await state.Content.ReadAsStringAsync());
                Assert.NotNull(state.Content.Headers.Expires);
                return await state.JsonAsync();
            }

            Assert.True(state.Headers.Contains("X-Progress"));
            Assert.NotNull(state.Headers.RetryAfter);
            await Task.Delay(50);
        }
    }

    protected static async Task<List<string>> LinesAsync(HttpClient client, JsonElement manifest)
    {
        var lines = new List<string>();
        foreach (var output in manifest.GetProperty("output").EnumerateArray())
        {
            using var file = await client.GetAsync(Local(output.GetProperty("url").GetString()!));
            Assert.Equal(200, (int)file.StatusCode);
            var text = Encoding.UTF8.GetString(await file.Content.ReadAsByteArrayAsync());
            var own = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(output.GetProperty("count").GetInt32(), own.Length);
            Assert.All(own, line => Assert.StartsWith(output.GetProperty("type").GetString(), Key(line), StringComparison.Ordinal));
            lines.AddRange(own);
        }

        return lines;
    }

    protected static async Task<List<string>> KeysAsync(HttpClient client, JsonElement manifest) =>
        [.. (await LinesAsync(client, manifest)).Select(Key)];

    protected static string Key(string line)
    {
        using var resource = JsonDocument.Parse(line);
        return $"{resource.RootElement.GetProperty("resourceType").GetString()}/{resource.RootElement.GetProperty("id").GetString()}";
    }

    protected static string Local(string url) => url[(RunningServer.PublicUrl.Length + 1)..];
}
