using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Conveyance;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>A real client of the subscriptions.</summary>
public sealed partial class ConveyanceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private async Task<ClientWebSocket> ConnectAsync(DemoCaller? caller, string protocol = EidoSubscriptions.Protocol)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        if (caller is not null)
        {
            var token = Server.Issuer.Token(caller, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        try
        {
            await socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}{EidoSubscriptions.Path}"), CancellationToken.None);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            // Its status says why.
        }

        return socket;
    }

    private async Task<int> RefusedAsync(DemoCaller? caller, string protocol = EidoSubscriptions.Protocol)
    {
        using var socket = await ConnectAsync(caller, protocol);
        Assert.NotEqual(WebSocketState.Open, socket.State);
        return (int)socket.HttpStatusCode;
    }

    private static async Task<string> SubscribeAsync(ClientWebSocket socket)
    {
        await SendAsync(socket, """{"subscribe":{"requestId":"r1","requestType":"EIDO","requestSubType":"new","expires":3600}}""");
        var accepted = await NextAsync(socket, "subscribeResponse");
        Assert.True(accepted.GetProperty("statusCode").GetInt32() == 200, accepted.ToString());
        return accepted.Text("subscriptionId");
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message, which has to be of this name.</summary>
    /// <param name="passed">A name that may come before.</param>
    private static async Task<JsonElement> NextAsync(ClientWebSocket socket, string name, string? passed = null)
    {
        while (true)
        {
            var (_, message) = await ReceiveAsync(socket);
            using var document = JsonDocument.Parse(message);
            var only = document.RootElement.EnumerateObject().Single();
            if (only.Name != passed)
            {
                Assert.Equal(name, only.Name);
                return only.Value.Clone();
            }
        }
    }

    private static async Task<WebSocketCloseStatus?> ClosedAsync(ClientWebSocket socket)
    {
        var (type, _) = await ReceiveAsync(socket);
        Assert.Equal(WebSocketMessageType.Close, type);
        return socket.CloseStatus;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Message)> ReceiveAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.ToArray());
            }
        }
    }
}
