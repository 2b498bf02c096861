using System.Text.Json;

namespace Interop.Server.Security;

/// <summary>
/// Follows the issuers whose metadata names an <c>interop_revocation_endpoint</c>: one request waits there and is answered when
/// something ends; the next one tells the issuer how far this server has got. Tokens of other issuers, and of one that is out of reach, are
/// good until they expire.
/// </summary>
internal sealed class RevocationFeeds(
    TokenVerifier verifier, IEnumerable<IRevocationWatch> watches, IHttpClientFactory clients, ILogger<RevocationFeeds> logger)
    : BackgroundService
{
    public const string HttpClient = "revocations";
    public const int MaxBytes = 1 << 20;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(verifier.Issuers.Select(issuer => FollowAsync(issuer, stoppingToken)));

    private async Task FollowAsync(InteropIssuer issuer, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(HttpClient);
        var (last, follower) = (0L, Guid.NewGuid().ToString("N"));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await issuer.RevocationEndpointAsync(cancellationToken) is not { } endpoint)
                {
                    return;
                }

                using var answer =
                    JsonDocument.Parse(await http.GetStringAsync($"{endpoint}?after={last}&follower={follower}", cancellationToken));
                List<string> revoked = [.. answer.RootElement.GetProperty("revoked").EnumerateArray().Select(hash => hash.GetString()!)];
                verifier.Revocations.Add(issuer.Authority, revoked);
                foreach (var watch in revoked.Count > 0 ? watches : [])
                {
                    await watch.NoteAsync(cancellationToken);
                }

                last = answer.RootElement.GetProperty("last").GetInt64();
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("The revocations of {Issuer} are out of reach: {Failure}", issuer.Authority, failure.GetType().Name);
                await Task.Delay(AfterFailure, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
