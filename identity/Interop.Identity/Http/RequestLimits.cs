using System.Net;
using System.Threading.RateLimiting;
using Interop.Identity.Accounts;

namespace Interop.Identity.Http;

/// <summary>
/// Rate limits. Guesses of passwords and codes are counted by all instances together. Requests of a client are counted by each
/// instance alone: nobody can guess there (keys, 256-bit codes), so what they protect is this instance's own time. A client counts
/// together with its address, so that a stranger who only knows an id can't lock its owner out.
/// </summary>
internal sealed class RequestLimits(IdentitySettings settings, AllowanceStore allowances) : IDisposable
{
    private const int FailedSignInsPerName = 10;
    private static readonly TimeSpan NameWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(15);

    private readonly PartitionedRateLimiter<string> clients = PerMinute(settings.RequestsPerMinute);
    private readonly PartitionedRateLimiter<string> refusals = PerMinute(settings.RequestsPerMinute);

    /// <summary>Counts a request of a client, and looks at what the address was refused lately under whatever client ids.</summary>
    /// <exception cref="OAuthException">Too many requests.</exception>
    public void DemandForClient(string? clientId, string? remote)
    {
        using var refused = refusals.AttemptAcquire(NetworkOf(remote), 0);
        using var lease = clients.AttemptAcquire($"{remote} {clientId}");
        if (!refused.IsAcquired || !lease.IsAcquired)
        {
            throw new OAuthException(OAuthException.SlowDown, "Too many requests. Try again in a minute.");
        }
    }

    /// <summary>Counts a request that was refused.</summary>
    public void Refused(string? remote) => refusals.AttemptAcquire(NetworkOf(remote)).Dispose();

    /// <summary>
    /// Counts an attempt before it is judged, so that many at once can't outrun the count; <see cref="SucceededAsync"/> gives back what a
    /// right one took, and an attempt that is not judged because of its name is no guess of its address. One address that tries many
    /// names is stopped though each name has seen one attempt only.
    /// </summary>
    /// <returns>Why there may be no attempt now, for the trail; null when there may.</returns>
    public async Task<string?> RefuseSignInAsync(string userName, string? remote, CancellationToken cancellationToken)
    {
        if (!await allowances.TrySpendAsync(
            "address", NetworkOf(remote), settings.FailedSignInsPerAddress, AddressWindow, cancellationToken))
        {
            return "Too many failed sign-ins from this address.";
        }

        if (await allowances.TrySpendAsync("name", AccountStore.Normalize(userName), FailedSignInsPerName, NameWindow, cancellationToken))
        {
            return null;
        }

        await ReturnToAddressAsync(remote, cancellationToken);
        return "Too many sign-ins to this name.";
    }

    /// <summary>The attempt was right: neither its name nor its address has used anything up.</summary>
    public async Task SucceededAsync(string userName, string? remote, CancellationToken cancellationToken)
    {
        await allowances.ReturnAsync("name", AccountStore.Normalize(userName), FailedSignInsPerName, NameWindow, cancellationToken);
        await ReturnToAddressAsync(remote, cancellationToken);
    }

    public void Dispose()
    {
        clients.Dispose();
        refusals.Dispose();
    }

    private Task ReturnToAddressAsync(string? remote, CancellationToken cancellationToken) =>
        allowances.ReturnAsync("address", NetworkOf(remote), settings.FailedSignInsPerAddress, AddressWindow, cancellationToken);

    private static PartitionedRateLimiter<string> PerMinute(int count) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
            key,
            _ =>
                new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = count, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6, QueueLimit = 0
                }));

    private static string NetworkOf(string? remote) =>
        IPAddress.TryParse(remote, out var address) ? ClientNetwork.Of(address) : remote ?? string.Empty;
}
