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

    /// <summary>
    /// Binds by a token that is still good. The channel remembers it, so that each binds once whichever server it is shown to, and the
    /// newest connection is the one that is told. Who comes back is greeted as at first: it learns how far it was told.
    /// </summary>
    private Task<Binding?> BindAsync(string token, CancellationToken cancellationToken)
    {
        if (secrets.Open(Caller.Operator, Purpose, token)?.Split(' ') is not [var ends, var subscription, var nonce]
            || long.Parse(ends, CultureInfo.InvariantCulture) <= store.Now())
        {
            return Task.FromResult<Binding?>(null);
        }

        var mark = $"{ends} {nonce}";
        return store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                if (transaction.Channels.Of(subscription) is not { Kind: Kind } channel || !IsNewer(mark, channel.Bound))
                {
                    return null;
                }

                transaction.Channels.Keep(channel.State is "active" or "error"
                    ? channel with { Bound = mark, State = "requested", Due = transaction.Instant, LeasedUntil = 0 }
                    : channel with { Bound = mark, LeasedUntil = 0 });
                return new Binding(subscription, mark);
            },
            cancellationToken);
    }

    /// <summary>Whether a token is another than the one that was bound last, and was not given out before it.</summary>
    private static bool IsNewer(string mark, string bound) => bound.Length == 0 || (mark != bound && TimeOf(mark) >= TimeOf(bound));

    private static long TimeOf(string mark) => long.Parse(mark.Split(' ')[0], CultureInfo.InvariantCulture);

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
        try
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await new SubscriptionSocket(socket, store, delivery, settings, BoundAsync).RunAsync(stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The subscriber has gone without a word, or the server goes.
        }
        finally
        {
            Release();
        }

        async Task<Binding?> BoundAsync(string token)
        {
            var binding = await BindAsync(token, stop.Token);
            if (binding is not null)
            {
                Release();
            }

            return binding;
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
