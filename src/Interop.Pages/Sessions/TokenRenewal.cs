using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Interop.Pages.Sessions;

/// <summary>
/// Tokens live five minutes, and a session as long as the issuer renews them: it refuses when somebody ended the account or its session.
/// </summary>
internal sealed class TokenRenewal(
    PagesSettings settings,
    SessionTickets tickets,
    ClientProof proof,
    IOptionsMonitor<OpenIdConnectOptions> openId,
    TimeProvider clock)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    // A refresh token works once: two requests of one session must not spend it together.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new(StringComparer.Ordinal);

    public async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (!IsDue(context.Properties))
        {
            return;
        }

        var key = context.Properties.Items[SessionTickets.Key]!;
        var turn = turns.GetOrAdd(key, _ => new(1));
        await turn.WaitAsync(context.HttpContext.RequestAborted);
        try
        {
            if (await tickets.RetrieveAsync(key) is not { } ticket)
            {
                context.RejectPrincipal();
                return;
            }

            if (!IsDue(ticket.Properties) || await RenewAsync(key, ticket, context.HttpContext.RequestAborted))
            {
                context.ReplacePrincipal(ticket.Principal);
                context.Properties.StoreTokens(ticket.Properties.GetTokens());
                return;
            }

            await tickets.RemoveAsync(key);
            context.RejectPrincipal();
        }
        finally
        {
            turn.Release();
            turns.TryRemove(key, out _);
        }
    }

    private bool IsDue(AuthenticationProperties properties) => !DateTimeOffset.TryParse(
        properties.GetTokenValue("expires_at"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var end)
        || end - Ahead <= clock.GetUtcNow();

    private async Task<bool> RenewAsync(string key, AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        var options = openId.Get(PageSession.OpenId);
        var issuer = await options.ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_assertion_type"] = ClientProof.AssertionType,
            ["client_assertion"] = proof.Of(PageSignIn.AgencyOf(settings, ticket.Properties).ClientId, issuer.TokenEndpoint),
            ["refresh_token"] = ticket.Properties.GetTokenValue("refresh_token") ?? string.Empty,
        });
        using var response = await options.Backchannel.PostAsync(new Uri(issuer.TokenEndpoint), form, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return false;
        }

        var answer = new OpenIdConnectMessage(await response.Content.ReadAsStringAsync(cancellationToken));
        var end = clock.GetUtcNow().AddSeconds(int.Parse(answer.ExpiresIn, CultureInfo.InvariantCulture));
        ticket.Properties.UpdateTokenValue("access_token", answer.AccessToken);
        ticket.Properties.UpdateTokenValue("refresh_token", answer.RefreshToken);
        ticket.Properties.UpdateTokenValue("expires_at", end.ToString("o", CultureInfo.InvariantCulture));
        await tickets.RenewAsync(key, ticket);
        return true;
    }
}
