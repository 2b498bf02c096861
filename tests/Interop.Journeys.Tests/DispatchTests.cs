using System.Text;

namespace Interop.Journeys.Tests;

/// <summary>The dispatch centre feeds 120 incidents over HTTP: in order, again, backwards and shuffled.</summary>
public sealed class DispatchTests : IAsyncLifetime
{
    private const string LaneCounty = "data/eido/eido_from_lane_county.ndjson";

    private static readonly string[] Types =
        [
            "Encounter",
            "Patient",
            "Location",
            "ServiceRequest",
            "CareTeam",
            "Flag",
            "DocumentReference",
            "Provenance",
            "Observation",
            "Task",
            "Communication"
        ];

    private readonly List<RunningServer> servers = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [SharedFact(LaneCounty)]
    public async Task Order_and_repetition_of_messages_change_nothing()
    {
        var messages = Messages();
        var server = await StartAsync();
        await SendAsync(server, messages);
        var first = await ContentAsync(server, withVersions: true);
        await EncountersHaveHistoriesAsync(server);

        await SendAsync(server, messages.AsEnumerable().Reverse());
        await SendAsync(server, Shuffled(messages));
        Assert.Equal(first, await ContentAsync(server, withVersions: true));

        var other = await StartAsync();
        await SendAsync(other, Shuffled(messages));
        Assert.Equal(await ContentAsync(server, withVersions: false), await ContentAsync(other, withVersions: false));
    }

    [Fact]
    public async Task A_malformed_message_is_refused_and_leaves_nothing()
    {
        var server = await StartAsync();
        using var dispatch = server.As("dispatch");
        var before = await ContentAsync(server, withVersions: true);

        foreach (var message in new[] { "{}", "[]", "{\"$id\":\"urn:x\"}", "{\"$id\":\"urn:x\",\"lastUpdateTimeStamp\":\"yesterday\"}" })
        {
            using var response = await dispatch.PostAsync(new Uri("/cad/eido", UriKind.Relative), Json(message));
            var issue = await response.OutcomeAsync(400);
            Assert.NotEmpty(issue.GetProperty("diagnostics").GetString()!);
        }

        Assert.Equal(before, await ContentAsync(server, withVersions: true));
    }

    [Fact]
    public async Task Others_than_dispatch_may_not_feed_incidents()
    {
        var server = await StartAsync();
        using var hospital = server.As("hospital");

        using var response = await hospital.PostAsync(new Uri("/cad/eido", UriKind.Relative), Json("{}"));

        await response.OutcomeAsync(403);
    }

    private static async Task EncountersHaveHistoriesAsync(RunningServer server)
    {
        using var navigator = server.As("privacy");
        var bundle = await navigator.GetJsonAsync("Encounter?_count=500&_total=accurate");
        Assert.Equal(120, bundle.GetProperty("total").GetInt32());
        Assert.All(bundle.GetProperty("entry").EnumerateArray(), entry =>
            Assert.NotEqual(0, entry.GetProperty("resource").GetProperty("statusHistory").GetArrayLength()));
    }

    private static async Task SendAsync(RunningServer server, IEnumerable<string> messages)
    {
        using var dispatch = server.As("dispatch");
        foreach (var message in messages)
        {
            using var response = await dispatch.PostAsync(new Uri("/cad/eido", UriKind.Relative), Json(message));
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Every stored resource as one line; the order in which they arrived is not part of it.</summary>
    private static async Task<string> ContentAsync(RunningServer server, bool withVersions)
    {
        await using var read = await server.Rows.OpenReadAsync(CancellationToken.None);
        var lines = new List<string>();
        foreach (var type in Types)
        {
            lines.AddRange(read.Rows.BodiesOf(type, null)
                .Select(stored =>
                    $"{stored.Key} {(withVersions ? stored.Version : 0)} {stored.Labels} {Encoding.UTF8.GetString(stored.Body.Span)}"));
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync();
        servers.Add(server);
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("dispatch-center", "dispatch"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"]),
            Fixtures.Agreement("city-hospital"));
        return server;
    }

    private static StringContent Json(string message) => new(message, Encoding.UTF8, "application/json");

    private static List<string> Shuffled(List<string> messages)
    {
        var array = messages.ToArray();
        new Random(20_261_122).Shuffle(array);
        return [.. array];
    }

    private static List<string> Messages() => [.. File.ReadLines(Repository.Shared(LaneCounty)).Where(line => line.Length > 0)];
}
