using System.Text.Json;
using System.Threading.RateLimiting;
using Interop.Server.Http;
using Interop.Server.Settings;
using Microsoft.AspNetCore.RateLimiting;

namespace Interop.Server.Security;

/// <summary>
/// How much one caller may ask of this instance in a minute. Requests are counted, never what they found: a limit that moved with
/// hidden hits would tell of them. A window is fixed, so that Retry-After is exact.
/// </summary>
internal sealed class RequestLimits(InteropSettings settings) : IDisposable
{
    private readonly LimitSettings limits = settings.Limits;
    private readonly PartitionedRateLimiter<string> clients = Limiter(settings.Limits.ClientPerMinute);
    private readonly PartitionedRateLimiter<string> users = Limiter(settings.Limits.UserPerMinute);
    private readonly PartitionedRateLimiter<string> lookups = Limiter(settings.Limits.LookupsPerMinute);
    private readonly PartitionedRateLimiter<string> addresses = Limiter(settings.Limits.AddressPerMinute);

    /// <summary>One request of a verified caller counts for the caller, any other for the address that it came from.</summary>
    public Task CountAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null)
        {
            if (Caller.TryFrom(http.User) is { } caller)
            {
                Demand(caller, 1);
            }
            else
            {
                Take(
                    addresses,
                    ClientNetwork.Of(http.Connection.RemoteIpAddress),
                    1,
                    "too many requests without a good token from this address");
            }
        }

        return next(http);
    }

    /// <summary>Requests that came packed into one.</summary>
    /// <exception cref="FhirException">429: the caller has asked too much.</exception>
    public void Demand(Caller caller, int requests)
    {
        Take(clients, ClientOf(caller), Math.Min(requests, limits.ClientPerMinute), "too many requests of this client");
        if (caller.IsPerson)
        {
            Take(users, KeyOf(caller), Math.Min(requests, limits.UserPerMinute), "too many requests of this user");
        }
    }

    /// <summary>A search for persons by what one knows of them, or a list of them.</summary>
    /// <exception cref="FhirException">429: the caller has looked for too many.</exception>
    public void DemandLookup(Caller caller, int persons = 1)
    {
        if (persons > 0)
        {
            Take(lookups, KeyOf(caller), Math.Min(persons, limits.LookupsPerMinute), "too many searches for persons");
        }
    }

    /// <summary>A caller as JSON, so that no part can be written to look like the end of one and the beginning of the next.</summary>
    public static string KeyOf(Caller caller) => KeyOf(caller.Organization, caller.ClientId, caller.Subject);

    /// <summary>The application, whoever uses it.</summary>
    public static string ClientOf(Caller caller) => KeyOf(caller.Organization, caller.ClientId);

    public static string KeyOf(params string[] parts) => JsonSerializer.Serialize(parts);

    public void Dispose()
    {
        clients.Dispose();
        users.Dispose();
        lookups.Dispose();
        addresses.Dispose();
    }

    private static void Take(PartitionedRateLimiter<string> limiter, string key, int permits, string rule)
    {
        using var lease = limiter.AttemptAcquire(key, permits);
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : TimeSpan.FromMinutes(1);
            throw new FhirException(IssueCode.Throttled, $"Refused for a while: {rule}.") { RetryAfter = wait };
        }
    }

    private static PartitionedRateLimiter<string> Limiter(int perMinute) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetFixedWindowLimiter(
            key,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
}
