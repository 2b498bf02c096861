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
/// <param name="bind">Redeems a token; gives the subscription's id and the binding, or null.</param>
internal sealed class SubscriptionSocket(
    WebSocket socket, GuardedStore store, Delivery delivery, InteropSettings settings, Func<string, Task<Binding?>> bind)
    : ISubscriberLine
{
    private const string Command = "bind-with-token ";
    private const int MostBound = 20;
    private const int MostBytes = 4096;

    // What nobody binds in that time is closed.
    private const int MostIdleLooks = 10;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> bindings = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[MostBytes];

    // Only a subscriber that is connected is told; that it went is no failure of its.
    public bool CanFail => false;

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

                if (await AnswerAsync(message) is { } refusal)
                {
                    // Who does not answer the close must not hold the connection.
                    await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, refusal, cancellationToken);
                    return;
                }

                received = ReceiveAsync(cancellationToken);
            }

            foreach (var subscription in bindings.Keys.ToList())
            {
                await TellAsync(subscription, cancellationToken);
            }

            idle = bindings.Count == 0 ? idle + 1 : 0;
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
    private async Task<string?> AnswerAsync(string message)
    {
        if (!message.StartsWith(Command, StringComparison.Ordinal))
        {
            return "A message is bind-with-token and a token.";
        }

        if (bindings.Count == MostBound)
        {
            return $"A connection is bound to {MostBound} subscriptions at most.";
        }

        if (await bind(message[Command.Length..].Trim()) is not { } binding)
        {
            return "The token is none, or no longer good.";
        }

        bindings[binding.Subscription] = binding.Mark;
        return null;
    }

    private async Task TellAsync(string subscription, CancellationToken cancellationToken)
    {
        SubscriptionChannel? channel;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            channel = snapshot.Channel(subscription);
            if (channel is null or { State: "off" } || channel.Bound != bindings[subscription])
            {
                // It has ended, or another connection of the subscriber's has taken this one's place, wherever that is.
                bindings.Remove(subscription);
                return;
            }

            if (channel.Due > snapshot.Instant || channel.LeasedUntil >= snapshot.Instant)
            {
                return;
            }
        }

        channel = await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction => transaction.Channels.Of(subscription)?.Bound == bindings[subscription]
                ? transaction.Channels.Lease(subscription, transaction.Instant + Deliveries.Lease)
                : null,
            cancellationToken);
        var leased = channel;
        try
        {
            while (channel is not null && socket.State == WebSocketState.Open)
            {
                channel = await delivery.NextAsync(channel, this, cancellationToken);
            }
        }
        catch (Exception) when (leased is not null)
        {
            await delivery.GiveBackAsync(leased);
            throw;
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

/// <summary>What binds a connection to a subscription.</summary>
/// <param name="Mark">What the channel remembers of it: the newest is the one that is told.</param>
internal sealed record Binding(string Subscription, string Mark);
