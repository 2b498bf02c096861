using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Pages.Sessions;

/// <summary>
/// The sessions of this server, in its memory: tokens never reach a browser, whose cookie holds a random key alone. A restart ends them,
/// and who is still signed in at the issuer is back with one redirect.
/// </summary>
internal sealed class SessionTickets(TimeProvider clock) : ITicketStore
{
    public const string Key = ".key";
    private const int Most = 20_000;
    private readonly ConcurrentDictionary<string, AuthenticationTicket> tickets = new(StringComparer.Ordinal);

    public Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, kept) in tickets)
        {
            if (kept.Properties.ExpiresUtc <= now)
            {
                tickets.TryRemove(old, out _);
            }
        }

        if (tickets.Count >= Most)
        {
            throw new InvalidOperationException("Too many people are signed in.");
        }

        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        ticket.Properties.Items[Key] = key;
        tickets[key] = ticket.Clone();
        return Task.FromResult(key);
    }

    /// <summary>Only what is still there is renewed: a sign-out that came in between stays one.</summary>
    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        if (tickets.TryGetValue(key, out var known))
        {
            tickets.TryUpdate(key, ticket.Clone(), known);
        }

        return Task.CompletedTask;
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => Task.FromResult(
        tickets.TryGetValue(key, out var ticket) && ticket.Properties.ExpiresUtc > clock.GetUtcNow() ? ticket.Clone() : null);

    public Task RemoveAsync(string key)
    {
        tickets.TryRemove(key, out _);
        return Task.CompletedTask;
    }
}
