using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>
/// One connection: it is bound to subscriptions, and told once a second what waits for them, whoever wrote it. What can't be sent waits
/// until the subscriber comes back.
/// </summary>
/// <param name="bind">Redeems a token; gives the subscription's id, or null.</param>
internal sealed class SubscriptionSocket(
    WebSocket socket, GuardedStore store, Delivery delivery, InteropSettings settings, Func<string, string?> bind) : ISubscriberLine
{
    private const string Command = "bind-with-token ";
    private const int MostBound = 20;
    private const int MostBytes = 4096;

    // What nobody binds in that time is closed.
    private const int MostIdleLooks = 10;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, bool> subscriptions = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[MostBytes];

    // Only a subscriber that is connected is told; that it went is no failure of its.
    public bool CanFail => false;

    /// <summary>Another connection of the subscriber's has taken this one's place.</summary>
    public void Unbind(string subscription) => subscriptions.TryRemove(subscription, out _);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (received, idle) = (ReceiveAsync(cancellationToken), 0);
        while (socket.State == WebSocketState.Open)
        {
            await Task.WhenAny(received, Task.Delay(Between, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (received.IsCompleted)
            {
                if (await received is not { } message)
                {
                    break;
                }

                if (await AnswerAsync(message, cancellationToken) is { } refusal)
                {
                    // Who does not answer the close must not hold the connection.
                    await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, refusal, cancellationToken);
                    return;
                }

                received = ReceiveAsync(cancellationToken);
            }

            foreach (var subscription in subscriptions.Keys)
            {
                await TellAsync(subscription, cancellationToken);
            }

            idle = subscriptions.IsEmpty ? idle + 1 : 0;
            if (idle > MostIdleLooks)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "No subscription is bound.", cancellationToken);
                return;
            }
        }

        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
    }

    public async Task<SubscriberAnswer> SendAsync(
        SubscriptionRequest request, IReadOnlyList<string> headers, Notification notification, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(notification.Json, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken);
            return SubscriberAnswer.Taken;
        }
        catch (WebSocketException)
        {
            return new("The subscriber has gone.", MayHaveCome: true);
        }
    }

    /// <summary>Binds; null, or why the connection ends.</summary>
    private async Task<string?> AnswerAsync(string message, CancellationToken cancellationToken)
    {
        if (!message.StartsWith(Command, StringComparison.Ordinal))
        {
            return "A message is bind-with-token and a token.";
        }

        if (subscriptions.Count == MostBound)
        {
            return $"A connection is bound to {MostBound} subscriptions at most.";
        }

        if (bind(message[Command.Length..].Trim()) is not { } subscription)
        {
            return "The token is none, or no longer good.";
        }

        if (subscriptions.TryAdd(subscription, true))
        {
            await GreetAsync(subscription, cancellationToken);
        }

        return null;
    }

    /// <summary>Who comes back is greeted as at first: it learns how far it was told.</summary>
    private Task GreetAsync(string subscription, CancellationToken cancellationToken) => store.WriteAsOperatorAsync(
        settings.Custodian,
        transaction =>
        {
            if (transaction.Channels.Of(subscription) is { State: "active" or "error" } channel)
            {
                transaction.Channels.Keep(channel with { State = "requested", Due = transaction.Instant, LeasedUntil = 0 });
            }

            return true;
        },
        cancellationToken);

    private async Task TellAsync(string subscription, CancellationToken cancellationToken)
    {
        SubscriptionChannel? channel;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            channel = snapshot.Channel(subscription);
            if (channel is null or { State: "off" })
            {
                Unbind(subscription);
                return;
            }

            if (channel.Due > snapshot.Instant || channel.LeasedUntil >= snapshot.Instant)
            {
                return;
            }
        }

        channel = await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction => transaction.Channels.Lease(subscription, transaction.Instant + Deliveries.Lease),
            cancellationToken);
        while (channel is not null && subscriptions.ContainsKey(subscription) && socket.State == WebSocketState.Open)
        {
            channel = await delivery.NextAsync(channel, this, cancellationToken);
        }

        if (channel is not null)
        {
            await delivery.YieldAsync(channel, CancellationToken.None);
        }
    }

    /// <summary>The next message, or null where none will come.</summary>
    private async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        for (var length = 0; length < MostBytes;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(buffer.AsSpan(0, length));
            }
        }

        await socket.CloseOutputAsync(
            WebSocketCloseStatus.MessageTooBig, $"A message has at most {MostBytes} bytes.", cancellationToken);
        return null;
    }
}
