using System.Net.Http.Headers;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Subscriptions;

/// <summary>Sends what a subscriber is told to its endpoint (<c>rest-hook</c>).</summary>
internal sealed class SubscriberCalls(IHttpClientFactory clients) : ISubscriberLine
{
    private const string Client = "subscribers";
    private const long MostBytes = 64 * 1024;

    public bool CanFail => true;

    public static void Add(IServiceCollection services, SubscriptionSettings settings) => services.AddOutgoingCalls(
        Client,
        total: TimeSpan.FromSeconds(20),
        perTry: TimeSpan.FromSeconds(15),
        MostBytes,
        isDirect: true,
        settings.MayBePrivate ? null : PublicAddress.Is);

    public async Task<SubscriberAnswer> SendAsync(
        SubscriptionRequest request, IReadOnlyList<string> headers, Notification notification, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Endpoint)
        {
            Content = new ByteArrayContent(notification.Json.ToArray())
            {
                Headers = { ContentType = new MediaTypeHeaderValue(FhirRequest.MediaType, "utf-8") },
            },
        };
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            message.Headers.TryAddWithoutValidation(header[..colon].Trim(), header[(colon + 1)..].Trim());
        }

        try
        {
            using var client = clients.CreateClient(Client);
            using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode
                ? SubscriberAnswer.Taken
                : new($"The endpoint answered {(int)answer.StatusCode}.", MayHaveCome: false);
        }
        catch (Exception failure) when (OutgoingCalls.IsFailure(failure, cancellationToken))
        {
            // Where nobody could be called nothing came; where no answer came, it may have.
            return new(
                "The endpoint did not answer.",
                MayHaveCome: (failure as HttpRequestException)?.HttpRequestError is not (
                    HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError));
        }
    }
}
