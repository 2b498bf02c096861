using System.Net;
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
    public static void AddOutgoingCalls(
        this IServiceCollection services, string name, TimeSpan total, TimeSpan? perTry, long mostBytes, bool isDirect)
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

    private static bool IsPassing(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || (outcome.Result is { } answer && Passing.Contains(answer.StatusCode));
}
