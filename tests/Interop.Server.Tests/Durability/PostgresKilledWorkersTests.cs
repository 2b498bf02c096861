using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Server.Conveyance;
using Interop.Server.Tasks;
using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Durability;

/// <summary>
/// A server here and a process beside it on one PostgreSQL, which is killed amid its work, again and again: each encounter has one
/// follow-up, one escalation and one breach, each call that nobody answered one Task, each change one event, and who listens for incidents
/// is told each state once.
/// </summary>
public sealed class PostgresKilledWorkersTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const int Rounds = 2;
    private const int Each = 4;

    private static readonly string[] Desk =
    [
        "--Interop:CadAgencies:psap.city.example=dispatch-center", "--Interop:Subscriptions:PrivateAddresses=true",
    ];

    private readonly TestClock clock = TestClock.AtNow();
    private string setting = null!;
    private RunningServer here = null!;
    private SubscriberEndpoint endpoint = null!;

    public async Task InitializeAsync()
    {
        ServerDatabase.Kind = DatabaseKind.Postgres;
        setting = await ServerDatabase.CreateAsync();
        endpoint = await SubscriberEndpoint.StartAsync();
        here = await RunningServer.StartAsync(setting, clock, Desk);
        clock.Run(); // the process has the system's time
        await here.ImportAsync(
            Custodian,
            [
                Fixtures.Organization(Custodian, "crisis-program"),
                Fixtures.Organization("dispatch-center", "dispatch"),
                Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"], scopes: ["cad.read", "cad.plan"]),
                .. Enumerable.Range(0, Rounds * Each).SelectMany(number =>
                    (string[])[Fixtures.Patient($"p{number}"), Fixtures.Encounter($"e{number}", $"p{number}")]),
            ]);
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await endpoint.DisposeAsync();
        await ServerDatabase.DropAsync(setting);
    }

    [Fact]
    public async Task Nothing_is_done_twice_and_nothing_is_lost()
    {
        using var navigator = here.AsSystem("navigator");
        await navigator.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Fixtures.Base}}/SubscriptionTopic/follow-up",
            "channel":{"type":"rest-hook","endpoint":"{{endpoint.Url}}"} }
            """);
        await endpoint.WaitAsync(1);
        using var listener = await ListeningAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await RoundAsync(round);
        }

        Assert.Equal(Rounds * Each, await CountAsync(navigator, "Task?code=follow-up-48h"));
        Assert.Equal(Rounds * Each, await CountAsync(navigator, "Task?code=call-answer"));
        await ToldAsync(listener, Rounds * Each);
        clock.Advance(TimeSpan.FromHours(37));
        await here.Part<Deadlines>().PassAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromHours(12));
        await here.Part<Deadlines>().PassAsync(CancellationToken.None);
        Assert.Equal(Rounds * Each, await CountAsync(navigator, "Task?code=escalation"));
        Assert.Equal(Rounds * Each, await CountAsync(navigator, "DetectedIssue?code=follow-up-missed"));
        await here.QuietAsync();

        // One of which a server that was killed never learned that it had come is sent again, under its number.
        var events = endpoint.Events.Distinct().Select(told => told.Split(' ')).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(told => int.Parse(told[0], null)));
        Assert.Equal(Rounds * Each * 2, events.Select(told => told[1]).Distinct().Count());
        Assert.Equal(Rounds * Each * 2, events.Count);
    }

    /// <summary>Both are given the same work, and one is killed amid it.</summary>
    private async Task RoundAsync(int round)
    {
        using var process = await BesideServer.StartAsync(here.Issuer, setting, Desk);
        var first = new TaskCompletionSource();
        var numbers = Enumerable.Range(round * Each, Each).ToList();
        var works = numbers.SelectMany(number => new[] { true, false }.Select(async isHere =>
        {
            try
            {
                using var navigator = Client(isHere ? here.Address : process.Address, "navigator");
                using var dispatch = Client(isHere ? here.Address : process.Address, "dispatch");
                await FinishAsync(navigator, number);
                await FeedAsync(dispatch, number, "Active");
                await FeedAsync(dispatch, number, "Closed");
                first.TrySetResult();
            }
            catch (Exception gone) when (!isHere && gone is HttpRequestException or IOException or TaskCanceledException)
            {
                // It was killed, perhaps before it could say what it has done.
            }
        })).ToList();
        await first.Task;
        await process.KillAsync();
        await Task.WhenAll(works);
    }

    private static async Task FinishAsync(HttpClient client, int number)
    {
        var ended = DateTimeOffset.UtcNow.AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        var json = Fixtures.Encounter($"e{number}", $"p{number}", "finished")
            .Replace("2026-11-20T11:00:00Z", ended, StringComparison.Ordinal);
        using var finished = await client.PutFhirAsync($"Encounter/e{number}", json);
        Assert.True((int)finished.StatusCode is 200 or 400 or 412 or 422, await finished.Content.ReadAsStringAsync());
    }

    private static async Task FeedAsync(HttpClient client, int number, string status)
    {
        var message = EidoSamples.Message(status == "Active" ? 0 : 1, status).ToJsonString()
            .Replace(EidoSamples.Urn, $"{EidoSamples.Urn}.{number}", StringComparison.Ordinal);
        using var answer = await client.PostAsync(
            new Uri("/cad/eido", UriKind.Relative),
            new StringContent(JsonNode.Parse(message)!.ToJsonString(), Encoding.UTF8, "application/EmergencyCallData.eido+json"));
        Assert.True((int)answer.StatusCode is 200 or 202, await answer.Content.ReadAsStringAsync());
    }

    private async Task<ClientWebSocket> ListeningAsync()
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(EidoSubscriptions.Protocol);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Token("dispatch")}");
        await socket.ConnectAsync(new Uri($"ws://{here.Address.Authority}{EidoSubscriptions.Path}"), CancellationToken.None);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(
                """{"subscribe":{"requestId":"r1","requestType":"EIDO","requestSubType":"new","expires":3600}}"""),
            WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return socket;
    }

    /// <summary>Reads what came until each incident was told to be over, and that nothing came twice.</summary>
    private static async Task ToldAsync(ClientWebSocket socket, int incidents)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var told = new List<string>();
        var buffer = new byte[256 * 1024];
        while (told.Count(text => text.Contains("Closed", StringComparison.Ordinal)) < incidents)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                var next = socket.ReceiveAsync(buffer.AsMemory(length), patience.Token).AsTask();
                await Task.WhenAny(next);
                Assert.True(next.IsCompletedSuccessfully, $"It was told no more than: {string.Join('\n', told)}");
                part = await next;
                length += part.Count;
            }
            while (!part.EndOfMessage);
            Assert.True(part.MessageType == WebSocketMessageType.Text, socket.CloseStatusDescription);
            using var message = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (message.RootElement.TryGetProperty("subscribeResponse", out var response))
            {
                Assert.True(response.GetProperty("statusCode").GetInt32() == 200, response.ToString());
            }
            else if (message.RootElement.TryGetProperty("event", out var happened))
            {
                told.AddRange(happened.GetProperty("notification").EnumerateArray().Select(eido => eido.GetRawText()));
            }
        }

        Assert.Equal(told.Count, told.Distinct().Count());
        Assert.Equal(incidents, told.Count(text => text.Contains("Closed", StringComparison.Ordinal)));
    }

    private HttpClient Client(Uri address, string name)
    {
        var client = new HttpClient { BaseAddress = new Uri(address, "/fhir/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(name));
        return client;
    }

    private string Token(string name) => here.Issuer.Token(
        DemoCaller.All.Single(caller => caller.Name == name), DateTimeOffset.UtcNow, TimeSpan.FromDays(4));

    private static async Task<int> CountAsync(HttpClient client, string search) =>
        (await client.GetJsonAsync($"{search}&_summary=count")).GetProperty("total").GetInt32();
}
