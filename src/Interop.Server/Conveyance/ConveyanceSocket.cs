using System.Net.WebSockets;
using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Conveyance;

/// <summary>
/// One connection of a subscriber. Once a second it looks, through the subscriber's eyes of that moment, at what has changed; so it tells
/// what any server wrote. It ends with the token, the client, the agreement, or this server.
/// </summary>
internal sealed class ConveyanceSocket(
    WebSocket socket, Caller caller, Func<Task<bool>> holds, Incidents incidents, AuditTrail audit, TimeProvider clock)
{
    private const int MostSubscriptions = 5;
    private const int MostBytes = 64 * 1024;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenMessages = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan UsualTime = TimeSpan.FromHours(1);

    private readonly Dictionary<string, ConveyedSubscription> subscriptions = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[MostBytes];

    /// <param name="stopping">This server stops.</param>
    public async Task RunAsync(CancellationToken aborted, CancellationToken stopping)
    {
        var received = ReceiveAsync(aborted);
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                await Task.WhenAny(received, Task.Delay(Between, clock, CancellationToken.None));
                if (stopping.IsCancellationRequested)
                {
                    await EndAsync(WebSocketCloseStatus.EndpointUnavailable, "The server stops.", aborted);
                }
                else if (!await holds())
                {
                    await EndAsync(WebSocketCloseStatus.PolicyViolation, "The token has ended.", aborted);
                }
                else if (received.IsCompleted)
                {
                    if (await received is not { } message)
                    {
                        break;
                    }

                    // A flood of messages is answered one a moment.
                    await AnswerAsync(ConveyanceRequest.Read(message), aborted);
                    await Task.Delay(BetweenMessages, aborted);
                    received = ReceiveAsync(aborted);
                }
                else
                {
                    await TellAsync(aborted);
                }
            }
        }
        catch (FhirException ended)
        {
            // The agreement, or a qualification of who asks.
            await EndAsync(WebSocketCloseStatus.PolicyViolation, ended.Issues[0].Diagnostics, aborted);
        }

        if (socket.State is WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted);
        }
    }

    /// <summary>The next message, or null where none will come.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return buffer.AsMemory(0, length).ToArray();
            }

            if (length == MostBytes)
            {
                await socket.CloseOutputAsync(
                    WebSocketCloseStatus.MessageTooBig, $"A message has at most {MostBytes} bytes.", cancellationToken);
                return null;
            }
        }
    }

    private async Task AnswerAsync(ConveyanceRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case ConveyanceRequest.Subscribe { Subscription: null } subscribe:
                await SubscribeAsync(subscribe, cancellationToken);
                break;
            case ConveyanceRequest.Subscribe renewal:
                await RenewAsync(renewal, cancellationToken);
                break;
            case ConveyanceRequest.Unsubscribe unsubscribe:
                var isKnown = subscriptions.Remove(unsubscribe.Subscription);
                await RespondAsync(
                    "unsubscribeResponse",
                    unsubscribe.RequestId,
                    isKnown ? 200 : 481,
                    isKnown ? "OK" : "There is no such subscription.",
                    writer => writer.WriteString("subscriptionId", unsubscribe.Subscription),
                    cancellationToken);
                break;
            case ConveyanceRequest.Refused refused:
                await RespondAsync(refused.Answer, refused.RequestId, refused.Status, refused.Text, _ => { }, cancellationToken);
                break;
        }
    }

    private async Task SubscribeAsync(ConveyanceRequest.Subscribe subscribe, CancellationToken cancellationToken)
    {
        if (subscriptions.Count == MostSubscriptions)
        {
            await RespondAsync(
                "subscribeResponse", subscribe.RequestId, 503, $"A connection has at most {MostSubscriptions} subscriptions.", _ => { },
                cancellationToken);
            return;
        }

        if (subscribe.Incident is { } incident
            && !await incidents.LookAsync(
                caller, (snapshot, mayKnowPlans) => incidents.Find(snapshot, mayKnowPlans, incident) is not null, cancellationToken))
        {
            await audit.RefusedAsync(
                caller, FhirInteraction.Operation, EidoSubscriptions.Path, "404 not-found: no such incident of this agency",
                cancellationToken);
            await RespondAsync(
                "subscribeResponse", subscribe.RequestId, 404, "No such incident is known of this agency.", _ => { }, cancellationToken);
            return;
        }

        var now = clock.GetUtcNow();
        var subscription = new ConveyedSubscription(
            Guid.NewGuid().ToString(), subscribe.Incident, Seconds(subscribe.MinRate), Seconds(subscribe.MaxRate))
        {
            Until = now + (Seconds(subscribe.Expires) ?? UsualTime), ToldAt = now,
        };
        subscriptions.Add(subscription.Id, subscription);
        await AcceptAsync(subscribe, subscription, cancellationToken);
        await TellAsync(subscription, cancellationToken);
    }

    private async Task RenewAsync(ConveyanceRequest.Subscribe renewal, CancellationToken cancellationToken)
    {
        if (!subscriptions.TryGetValue(renewal.Subscription!, out var subscription))
        {
            await RespondAsync(
                "subscribeResponse", renewal.RequestId, 481, "There is no such subscription.", _ => { }, cancellationToken);
            return;
        }

        subscription.Until = clock.GetUtcNow() + (Seconds(renewal.Expires) ?? UsualTime);
        await AcceptAsync(renewal, subscription, cancellationToken);
    }

    private Task AcceptAsync(
        ConveyanceRequest.Subscribe request, ConveyedSubscription subscription, CancellationToken cancellationToken) =>
        RespondAsync(
            "subscribeResponse",
            request.RequestId,
            200,
            "OK",
            writer =>
            {
                writer.WriteString("subscriptionId", subscription.Id);
                writer.WriteNumber("expires", request.Expires ?? (int)UsualTime.TotalSeconds);
                if (subscription.MinRate is { } least)
                {
                    writer.WriteNumber("minRate", (int)least.TotalSeconds);
                }

                if (subscription.MaxRate is { } most)
                {
                    writer.WriteNumber("maxRate", (int)most.TotalSeconds);
                }
            },
            cancellationToken);

    /// <summary>Tells each subscription its news, and ends those whose time is over.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in subscriptions.Values.ToList())
        {
            if (subscription.Until <= clock.GetUtcNow())
            {
                subscriptions.Remove(subscription.Id);
                await TerminateAsync(subscription.Id, cancellationToken);
            }
            else if (!subscription.MustWait(clock.GetUtcNow()))
            {
                await TellAsync(subscription, cancellationToken);
            }
        }
    }

    private async Task TellAsync(ConveyedSubscription subscription, CancellationToken cancellationToken)
    {
        var news = await incidents.LookAsync(
            caller, (snapshot, mayKnowPlans) => subscription.News(incidents, snapshot, mayKnowPlans), cancellationToken);
        if (news.Count == 0 && !subscription.IsQuietTooLong(clock.GetUtcNow()))
        {
            return;
        }

        foreach (var item in news)
        {
            // It is on the trail before it leaves.
            await audit.RecordAsync(item.Row, CancellationToken.None);
        }

        subscription.ToldAt = clock.GetUtcNow();
        await SendAsync(
            "event",
            writer =>
            {
                writer.WriteString("subscriptionId", subscription.Id);
                writer.WriteString("transactionId", Guid.NewGuid().ToString());
                writer.WriteStartArray("notification");
                foreach (var item in news)
                {
                    writer.WriteRawValue(item.Eido.Json.Span);
                }

                writer.WriteEndArray();
            },
            cancellationToken);
    }

    /// <summary>Ends all subscriptions and the connection.</summary>
    private async Task EndAsync(WebSocketCloseStatus status, string why, CancellationToken cancellationToken)
    {
        foreach (var id in subscriptions.Keys.ToList())
        {
            subscriptions.Remove(id);
            await TerminateAsync(id, cancellationToken);
        }

        if (socket.State == WebSocketState.Open)
        {
            // A reason has at most 123 bytes (RFC 6455 section 5.5).
            var reason = string.Concat(why.Where(char.IsAscii).Take(120));
            await socket.CloseOutputAsync(status, reason, cancellationToken);
        }
    }

    private Task TerminateAsync(string id, CancellationToken cancellationToken) => SendAsync(
        "terminate",
        writer =>
        {
            writer.WriteString("requestId", Guid.NewGuid().ToString());
            writer.WriteString("subscriptionId", id);
        },
        cancellationToken);

    private Task RespondAsync(
        string answer, string? requestId, int status, string text, Action<Utf8JsonWriter> further, CancellationToken cancellationToken) =>
        SendAsync(
            answer,
            writer =>
            {
                if (requestId is not null)
                {
                    writer.WriteString("requestId", requestId);
                }

                further(writer);
                writer.WriteNumber("statusCode", status);
                writer.WriteString("statusText", text);
            },
            cancellationToken);

    private async Task SendAsync(string name, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        if (socket.State != WebSocketState.Open)
        {
            return;
        }

        var message = FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject(name);
            write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        await socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken);
    }

    private static TimeSpan? Seconds(int? number) => number is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
