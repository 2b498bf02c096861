using System.Threading.RateLimiting;
using Interop.Identity.Tokens;

namespace Interop.Identity.Endpoints;

/// <summary>
/// Rate limits of this instance: requests of one client from one address, sign-ins to one name, sign-ins from one address. A client
/// counts together with its address, so that a stranger who only knows an id can't lock its owner out.
/// </summary>
internal sealed class RequestLimits(IdentitySettings settings) : IDisposable
{
    private readonly PartitionedRateLimiter<string> clients = Limiter(settings.RequestsPerMinute);
    private readonly PartitionedRateLimiter<string> addresses = Limiter(settings.RequestsPerMinute / 2);
    private readonly PartitionedRateLimiter<string> names = Limiter(10);

    /// <exception cref="OAuthException">Too many requests.</exception>
    public void DemandForClient(string? clientId, string? remote)
    {
        using var lease = clients.AttemptAcquire($"{remote} {clientId}");
        if (!lease.IsAcquired)
        {
            throw new OAuthException(OAuthException.SlowDown, "Too many requests. Try again in a minute.");
        }
    }

    public bool AllowsSignIn(string userName, string? remote)
    {
        using var address = addresses.AttemptAcquire(remote ?? string.Empty);
        using var name = names.AttemptAcquire(userName);
        return address.IsAcquired && name.IsAcquired;
    }

    public void Dispose()
    {
        clients.Dispose();
        addresses.Dispose();
        names.Dispose();
    }

    private static PartitionedRateLimiter<string> Limiter(int perMinute) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
            key,
            _ => new SlidingWindowRateLimiterOptions { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6, QueueLimit = 0 }));
}
