using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>A subscriber behind a firewall opens a WebSocket, and is told there what others are told at their endpoint.</summary>
public class SubscriptionSocketTests : SubscriptionScene
{
    private string Socket => Subscription("referral").Replace(
        $"\"type\":\"rest-hook\",\"endpoint\":\"{Endpoint.Url}\"", "\"type\":\"websocket\"", StringComparison.Ordinal);

    [Fact]
    public async Task It_is_greeted_and_told_and_what_happens_while_it_is_away_waits_for_it()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await hospital.CreatedAsync("Subscription", Socket);
        using (var first = await BoundAsync(hospital, key))
        {
            Assert.Equal("handshake", SubscriberEndpoint.Parameter(await NextAsync(first), "type"));
            await StatusAsync(hospital, key, "active");
            await StepAsync(hospital, "accepted");
            Assert.Equal(("event-notification", "1"), Told(await NextAsync(first)));
            await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        await StepAsync(hospital, "in-progress");

        using var second = await BoundAsync(hospital, key);
        Assert.Equal(("handshake", "1"), Told(await NextAsync(second)));
        Assert.Equal(("event-notification", "2"), Told(await NextAsync(second)));
    }

    [Fact]
    public async Task The_newest_connection_is_told_and_none_once_it_is_off()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await hospital.CreatedAsync("Subscription", Socket);
        using var older = await BoundAsync(hospital, key);
        await NextAsync(older);
        using var newer = await BoundAsync(hospital, key);
        await NextAsync(newer);
        await StepAsync(hospital, "accepted");
        Assert.Equal(("event-notification", "1"), Told(await NextAsync(newer)));

        using var off = await hospital.ChangeAsync(key, change => change["status"] = "off");
        Assert.True(off.IsSuccessStatusCode, await off.Content.ReadAsStringAsync());
        Assert.Equal(WebSocketMessageType.Close, await EndAsync(newer));
        Assert.Equal(WebSocketMessageType.Close, await EndAsync(older));
    }

    [Fact]
    public async Task Only_who_subscribed_is_given_a_token_and_one_is_good_once_within_a_minute()
    {
        using var hospital = Server.AsSystem("hospital");
        using var social = Server.AsSystem("social");
        var key = await hospital.CreatedAsync("Subscription", Socket);
        using var foreign = await social.GetAsync($"{key}/$get-ws-binding-token");
        await foreign.OutcomeAsync(404);
        using var colleague = Server.As(
            Interop.Demo.DemoCaller.All.Single(caller => caller.Name == "hospital"), ("sub", "another"), ("client_id", "another"));
        using var ofColleague = await colleague.GetAsync($"{key}/$get-ws-binding-token");
        await ofColleague.OutcomeAsync(404);
        var token = await TokenAsync(hospital, key);
        using var once = await SendAsync($"bind-with-token {token}");
        await NextAsync(once);
        using var twice = await SendAsync($"bind-with-token {token}");
        Assert.Equal(WebSocketMessageType.Close, await EndAsync(twice));
        token = await TokenAsync(hospital, key);
        Server.Clock.Advance(TimeSpan.FromSeconds(61));

        using var late = await SendAsync($"bind-with-token {token}");
        using var none = await SendAsync("bind-with-token nothing");
        using var word = await SendAsync("hello");

        Assert.Equal(WebSocketMessageType.Close, await EndAsync(late));
        Assert.Equal(WebSocketMessageType.Close, await EndAsync(none));
        Assert.Equal(WebSocketMessageType.Close, await EndAsync(word));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, word.CloseStatus);
    }

    [Theory]
    [InlineData("\"endpoint\":\"https://example.org/hook\"", "Subscription.channel.endpoint")]
    [InlineData("\"header\":[\"Authorization: Bearer x\"]", "Subscription.channel.header")]
    public async Task It_has_neither_an_endpoint_nor_headers(string more, string element)
    {
        using var hospital = Server.AsSystem("hospital");

        using var answer = await hospital.PostFhirAsync(
            "Subscription", Socket.Replace("\"type\":\"websocket\"", $"\"type\":\"websocket\",{more}", StringComparison.Ordinal));

        Assert.Equal(element, (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task One_that_is_called_is_given_no_token_and_a_plain_request_no_socket()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));

        using var called = await hospital.GetAsync($"{key}/$get-ws-binding-token");
        using var plain = await hospital.GetAsync("$subscriptions");

        await called.OutcomeAsync(422);
        await plain.OutcomeAsync(400);
    }

    private async Task<ClientWebSocket> BoundAsync(HttpClient client, string key) =>
        await SendAsync($"bind-with-token {await TokenAsync(client, key)}");

    private static async Task<string> TokenAsync(HttpClient client, string key)
    {
        var answer = await client.GetJsonAsync($"{key}/$get-ws-binding-token");
        Assert.Contains(
            answer.GetProperty("parameter").EnumerateArray(),
            part => part.Text("name") == "websocket-url" && part.Text("valueUrl") == "ws://interop.test/fhir/$subscriptions");
        return answer.GetProperty("parameter")[0].Text("valueString")!;
    }

    private async Task<ClientWebSocket> SendAsync(string text)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}/fhir/$subscriptions"), CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        return socket;
    }

    private static (string? Type, string? Events) Told(JsonElement message) => (
        SubscriberEndpoint.Parameter(message, "type"), SubscriberEndpoint.Parameter(message, "events-since-subscription-start"));

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var buffer = new byte[64 * 1024];
        var part = await socket.ReceiveAsync(buffer, patience.Token);
        Assert.True(part.EndOfMessage && part.MessageType == WebSocketMessageType.Text, socket.CloseStatusDescription);
        using var document = JsonDocument.Parse(buffer.AsMemory(0, part.Count));
        return document.RootElement.Clone();
    }

    private static async Task<WebSocketMessageType> EndAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        return (await socket.ReceiveAsync(new byte[64 * 1024], patience.Token)).MessageType;
    }
}
