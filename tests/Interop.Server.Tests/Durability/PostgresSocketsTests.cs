using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Durability;

/// <summary>A subscriber with connections at two servers on one PostgreSQL is told once, over the one that it bound last.</summary>
public sealed class PostgresSocketsTests : PostgresPair
{
    private readonly TestClock clock = new();

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Referral("sr1", "p1"),
        .. Enumerable.Range(0, 12).Select(number => Fixtures.ReferralTask($"t{number}", "p1", "sr1")),
    ];

    protected override TestClock Clock => clock;

    [Fact]
    public async Task Bound_at_both_it_is_told_over_the_newer_connection_and_a_token_binds_once_at_either()
    {
        using var hospital = One.AsSystem("hospital");
        var key = await hospital.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Fixtures.Base}}/SubscriptionTopic/referral",
            "channel":{"type":"websocket","payload":"application/fhir+json"} }
            """);
        using var first = await ConnectedAsync(One);
        var token = await BindAsync(hospital, key, first);
        Assert.Equal("handshake", SubscriberEndpoint.Parameter((await NextAsync(first))!.Value, "type"));
        using var again = await ConnectedAsync(Other);
        await SendAsync(again, token);
        Assert.Null(await NextAsync(again));

        using var second = await ConnectedAsync(Other);
        clock.Advance(TimeSpan.FromSeconds(1));
        await BindAsync(hospital, key, second);
        Assert.Equal("handshake", SubscriberEndpoint.Parameter((await NextAsync(second))!.Value, "type"));
        for (var number = 0; number < 12; number++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            using var client = (number % 2 == 0 ? One : Other).AsSystem("hospital");
            using var moved = await client.ChangeAsync($"Task/t{number}", change => change["status"] = "accepted");
            Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
        }

        var told = new List<string>();
        while (told.Count < 12)
        {
            told.Add(SubscriberEndpoint.Parameter((await NextAsync(second))!.Value, "events-since-subscription-start")!);
        }

        Assert.Equal(Enumerable.Range(1, 12).Select(number => $"{number}"), told);

        // The older one heard nothing of it, and is closed, as it is bound to nothing any more.
        Assert.Null(await NextAsync(first));
    }

    private static async Task<ClientWebSocket> ConnectedAsync(RunningServer server)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}/fhir/$subscriptions"), CancellationToken.None);
        return socket;
    }

    private static async Task<string> BindAsync(HttpClient client, string key, ClientWebSocket socket)
    {
        var token = (await client.GetJsonAsync($"{key}/$get-ws-binding-token")).GetProperty("parameter")[0].Text("valueString");
        await SendAsync(socket, token);
        return token;
    }

    private static Task SendAsync(ClientWebSocket socket, string token) => socket.SendAsync(
        Encoding.UTF8.GetBytes($"bind-with-token {token}"), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>The next message, or null where the connection is closed.</summary>
    private static async Task<JsonElement?> NextAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var buffer = new byte[64 * 1024];
        var part = await socket.ReceiveAsync(buffer, patience.Token);
        if (part.MessageType == WebSocketMessageType.Close)
        {
            return null;
        }

        using var document = JsonDocument.Parse(buffer.AsMemory(0, part.Count));
        return document.RootElement.Clone();
    }
}
