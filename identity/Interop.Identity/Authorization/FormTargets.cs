using Interop.Identity.Clients;
using Interop.Identity.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Identity.Authorization;

/// <summary>Where forms may lead: back into this site, and on to the redirect URI of the client for which somebody signs in.</summary>
internal sealed class FormTargets(ClientStore clients)
{
    /// <summary>The address if it is one of ours that people return to, else the account page: no open redirect.</summary>
    public static string Local(string? returnUrl) =>
        returnUrl is not null
        && (returnUrl.StartsWith("/authorize?", StringComparison.Ordinal) || returnUrl == "/account")
        && returnUrl.All(letter => letter is > ' ' and < (char)127 and not '\\')
            ? returnUrl
            : "/account";

    public static string Origin(string redirectUri)
    {
        var uri = new Uri(redirectUri);
        return uri.Scheme is "http" or "https" ? uri.GetLeftPart(UriPartial.Authority) : uri.Scheme + ":";
    }

    public async Task AllowAsync(HttpContext http, string? returnUrl)
    {
        var query = QueryHelpers.ParseQuery(new Uri("http://local" + Local(returnUrl)).Query);
        if (
            await clients.FindActiveAsync(
                query.TryGetValue("client_id", out var id) ? id.ToString() : null, http.RequestAborted) is { } client)
        {
            PageHeaders.AllowForms(http, client.RedirectUris.Select(uri => LoopbackRedirect.AnyPort(uri) ?? Origin(uri)).Distinct());
        }
    }
}
