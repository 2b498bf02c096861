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

    private readonly ConcurrentDictionary<string, SubscriptionSocket> bound = new(StringComparer.Ordinal);
    private int unbound;

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
        var text = $"{ends.ToMicroseconds().ToString(CultureInfo.InvariantCulture)} {subscription}";
        var address = new UriBuilder(settings.PublicUrl + Path);
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        return new OperationOutput()
            .Add("token", new FhirString(secrets.Sign(Caller.Operator, Purpose, text)))
            .Add("expiration", new FhirDateTime(ends.ToDateTimeText()))
            .Add("subscription", new FhirString(subscription))
            .Add("websocket-url", new FhirUrl(address.Uri.AbsoluteUri));
    }

    /// <summary>Id of the subscription that a token is for; null where it is none, or no more.</summary>
    private string? Redeem(string token) =>
        secrets.Open(Caller.Operator, Purpose, token)?.Split(' ') is [var ends, var subscription]
            && long.Parse(ends, CultureInfo.InvariantCulture) > store.Now()
                ? subscription
                : null;

    private async Task HandleAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await FhirResult.Problem(IssueCode.Invalid, "This address answers WebSockets.").ExecuteAsync(http);
            return;
        }

        if (Interlocked.Increment(ref unbound) > MostUnbound)
        {
            Interlocked.Decrement(ref unbound);
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
                Interlocked.Decrement(ref unbound);
            }
        }
    }
}
