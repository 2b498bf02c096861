using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Interop.Hosting;

/// <summary>
/// The HTTP clients by which a process asks others: each has a limit for all of a call, one for a try, and one for the bytes of an answer.
/// A GET that found nobody, or a gateway that found nobody, is tried once more. Nothing else is sent twice.
/// </summary>
public static class OutgoingCalls
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly HttpStatusCode[] Passing =
        [HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];

    /// <summary>Adds a client. It may be kept: its connections are renewed, so that it follows names that move.</summary>
    /// <param name="name">For <see cref="IHttpClientFactory"/>.</param>
    /// <param name="total">For the whole call, its answer's body included.</param>
    /// <param name="perTry">Until the headers of an answer; null where a call waits on purpose, and is never tried again.</param>
    /// <param name="mostBytes">Largest answer.</param>
    /// <param name="isDirect">Whether neither redirects nor proxies are followed: for addresses that others have chosen.</param>
    /// <param name="mayBeCalled">Which addresses may be called, asked when a name has been resolved; null for all.</param>
    public static void AddOutgoingCalls(
        this IServiceCollection services,
        string name,
        TimeSpan total,
        TimeSpan? perTry,
        long mostBytes,
        bool isDirect,
        Func<IPAddress, bool>? mayBeCalled = null)
    {
        var client = services.AddHttpClient(name, http =>
            {
                http.Timeout = total;
                http.MaxResponseContentBufferSize = mostBytes;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = !isDirect,
                UseProxy = !isDirect,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectCallback = mayBeCalled is null
                    ? null
                    : (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, mayBeCalled, cancellationToken),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        if (perTry is { } limit)
        {
            client.AddResilienceHandler("tries", pipeline => pipeline
                .AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = 1,
                    Delay = BetweenTries,
                    BackoffType = DelayBackoffType.Constant,
                    UseJitter = true,
                    ShouldRetryAfterHeader = false, // a wait that others name could be longer than the caller's
                    ShouldHandle = tried => ValueTask.FromResult(
                        tried.Context.GetRequestMessage()?.Method == HttpMethod.Get && IsPassing(tried.Outcome)),
                })
                .AddTimeout(limit));
        }
    }

    /// <summary>Whether a call failed because nobody answered in time or as HTTP does: the caller is out of luck, not at fault.</summary>
    /// <param name="cancellationToken">The caller's own; who gave up has no failure.</param>
    public static bool IsFailure(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or TimeoutRejectedException
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>
    /// Connects to an address of the name that may be called: a name that was looked at before could lead elsewhere by now.
    /// </summary>
    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint place, Func<IPAddress, bool> mayBeCalled, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(place.Host, cancellationToken);
        IPAddress[] allowed = [.. addresses.Where(mayBeCalled)];
        if (allowed.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No address of this name may be called.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, place.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsPassing(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || (outcome.Result is { } answer && Passing.Contains(answer.StatusCode));
}
