using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Identity.Authorization;

/// <summary>
/// The end session endpoint, OpenID Connect RP-Initiated Logout 1.0 section 2: a client sends the browser here with the ID token of who
/// signs out. Without one nobody is signed out, so that no foreign page can do it. The browser goes back to a registered redirect URI only.
/// </summary>
internal static class EndSession
{
    public const string Path = "/end-session";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http, TokenMint mint, ClientStore clients, Browsers browsers, SecurityTrail trail, CancellationToken cancellationToken)
    {
        string? One(string name) => http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var hint = One("id_token_hint") is { } text ? await mint.ReadIdAsync(text, cancellationToken) : null;
        var client = await clients.FindActiveAsync(hint?.ClientId, cancellationToken);
        var back = One("post_logout_redirect_uri");
        if (hint is not { } ended || client is null || (back is not null && !client.ReturnsTo(back)))
        {
            const string Reason = "The ID token is not ours, or the address to go back to is not registered.";
            await trail.RecordAsync(new("end-session", true, hint?.ClientId, null, remote, Reason), cancellationToken);
            return Results.Text($"This link can't be trusted. {Reason}", statusCode: StatusCodes.Status400BadRequest);
        }

        if (await browsers.FindAsync(http) is { } person && person.Account.AccountId == ended.Subject)
        {
            await browsers.EndAsync(http, person);
            await trail.RecordAsync(new("end-session", false, client.ClientId, ended.Subject, remote, null), cancellationToken);
        }

        return back is null
            ? Results.Redirect("/sign-in")
            : Results.Redirect(One("state") is { } state ? QueryHelpers.AddQueryString(back, "state", state) : back);
    }
}
