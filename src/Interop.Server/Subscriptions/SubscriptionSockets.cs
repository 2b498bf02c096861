using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Task = System.Threading.Tasks.Task;

namespace Interop.Server.Subscriptions;

/// <summary>
/// Where subscribers listen over a WebSocket (https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/channels.html#websockets). The
/// connection says nothing of who opens it: each subscription is bound with a token that its own agency was given a moment ago.
/// </summary>
internal sealed class SubscriptionSockets(
    GuardedStore store,
    Delivery delivery,
    Secrets secrets,
    InteropSettings settings,
    IHostApplicationLifetime lifetime,
    TimeProvider clock)
{
    public const string Kind = "websocket";

    private const string Path = "/$subscriptions";
    private const string Purpose = "bind a WebSocket";

    // Strangers hold so many at most, each for some seconds; who is bound has a subscription, of which agencies have a hundred each.
    private const int MostUnbound = 50;

    private static readonly TimeSpan TokenLasts = TimeSpan.FromMinutes(1);

    private const int MostUnboundOfOne = 10;

    private readonly ConcurrentDictionary<string, SubscriptionSocket> bound = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> redeemed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> unbound = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder builder) => builder.MapGet(
            FhirRequest.Root + Path,
            (RequestDelegate)(http => http.RequestServices.GetRequiredService<SubscriptionSockets>().HandleAsync(http)))
        .WithMetadata(new DeclaredInteraction(FhirInteraction.Operation), new PublicEndpoint())
        .AllowAnonymous()
        .DisableRequestTimeout();

    /// <summary>What binds a WebSocket to a subscription within a minute, and where the WebSocket is.</summary>
    public OperationOutput TokenFor(string subscription)
    {
        var ends = clock.GetUtcNow() + TokenLasts;
        var text = $"{ends.ToMicroseconds().ToString(CultureInfo.InvariantCulture)} {subscription} {Guid.NewGuid():N}";
        var address = new UriBuilder(settings.PublicUrl + Path);
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        return new OperationOutput()
            .Add("token", new FhirString(secrets.Sign(Caller.Operator, Purpose, text)))
            .Add("expiration", new FhirDateTime(ends.ToDateTimeText()))
            .Add("subscription", new FhirString(subscription))
            .Add("websocket-url", new FhirUrl(address.Uri.AbsoluteUri));
    }

    /// <summary>Id of the subscription that a token is for; null where it is none, or no more.</summary>
    private string? Redeem(string token)
    {
        var now = store.Now();
        foreach (var (old, _) in redeemed.Where(item => item.Value <= now))
        {
            redeemed.TryRemove(old, out _);
        }

        return secrets.Open(Caller.Operator, Purpose, token)?.Split(' ') is [var text, var subscription, _]
            && long.Parse(text, CultureInfo.InvariantCulture) is var ends && ends > now && redeemed.TryAdd(token, ends)
                ? subscription
                : null;
    }

    /// <summary>Takes one of the places of those that are not bound yet; false where this network, or all of them, have as many.</summary>
    private bool TryWait(string network)
    {
        lock (unbound)
        {
            var own = unbound.GetValueOrDefault(network);
            if (own >= MostUnboundOfOne || unbound.Values.Sum() >= MostUnbound)
            {
                return false;
            }

            unbound[network] = own + 1;
            return true;
        }
    }

    private void EndWait(string network)
    {
        lock (unbound)
        {
            if (--unbound[network] == 0)
            {
                unbound.Remove(network);
            }
        }
    }

    private async Task HandleAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await FhirResult.Problem(IssueCode.Invalid, "This address answers WebSockets.").ExecuteAsync(http);
            return;
        }

        var network = ClientNetwork.Of(http.Connection.RemoteIpAddress);
        if (!TryWait(network))
        {
            await FhirResult.Problem(IssueCode.Throttled, "Too many connections wait to be bound.").ExecuteAsync(http);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var isCounted = true;
        SubscriptionSocket? line = null;
        try
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            line = new SubscriptionSocket(socket, store, delivery, settings, Bind);
            await line.RunAsync(stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The subscriber has gone without a word, or the server goes.
        }
        finally
        {
            Release();
            foreach (var (subscription, _) in bound.Where(item => item.Value == line))
            {
                bound.TryRemove(new(subscription, line!));
            }
        }

        // The newest connection is the one that is told; an older one of the same subscription hears no more of it.
        string? Bind(string token)
        {
            if (Redeem(token) is not { } subscription)
            {
                return null;
            }

            Release();
            bound.AddOrUpdate(
                subscription,
                line!,
                (_, before) =>
                {
                    before.Unbind(subscription);
                    return line!;
                });
            return subscription;
        }

        void Release()
        {
            if (isCounted)
            {
                isCounted = false;
                EndWait(network);
            }
        }
    }
}
