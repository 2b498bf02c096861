using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Authorization;
using Interop.Identity.Http;
using Interop.Identity.Launches;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Identity.Pages;

/// <summary>
/// Asks the person whether a client may have what it asks for. Its address carries the authorization request, which is read and
/// checked again; anything but a request that only lacks this answer goes back to the authorization endpoint.
/// </summary>
internal sealed class ConsentModel(
    AuthorizationReader reader,
    Browsers browsers,
    LaunchContexts contexts,
    CodeIssuer codes,
    SecurityTrail trail,
    IdentitySettings settings)
        : PageModel
{
    [BindProperty]
    public string Decision { get; set; } = string.Empty;

    public AuthorizationRequest? Ask { get; private set; }

    public SignedIn? Person { get; private set; }

    public LaunchContext Context { get; private set; } = LaunchContext.None;

    /// <summary>Scheme and host of the redirect URI.</summary>
    public string Target => FormTargets.Origin(Ask!.RedirectUri);

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : Redirect("/authorize" + Request.QueryString);

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return Redirect("/authorize" + Request.QueryString);
        }

        var remote = HttpContext.Connection.RemoteIpAddress?.ToString();
        if (Decision != "allow")
        {
            await trail.RecordAsync(
                new("authorize", true, Ask!.Client.ClientId, Person!.Account.AccountId, remote, "The person said no."),
                HttpContext.RequestAborted);
            return Redirect(Ask.Refusal("access_denied", "The person said no."));
        }

        await codes.RememberAsync(Ask!, Person!.Account, HttpContext.RequestAborted);
        return Redirect(await codes.IssueAsync(Ask!, Person, Context, remote, HttpContext.RequestAborted));
    }

    private async Task<bool> LoadAsync()
    {
        Ask = (await reader.ReadAsync(Request.Query, HttpContext.RequestAborted) as AuthorizationReading.Valid)?.Request;
        Person = await browsers.FindAsync(HttpContext);
        if (
            Ask is null
                || Person is null
                || Person.Account.Organization != Ask.Client.Organization
                || (settings.RequiresSecondFactor && !Person.Session.HasSecondFactor)
                || await contexts.ReadAsync(
                    Ask, Person, Request.Query[LaunchContexts.Chosen], HttpContext.RequestAborted) is not ContextReading.Known known)
        {
            return false;
        }

        Context = known.Context;

        PageHeaders.AllowForms(HttpContext, [Target]);
        return true;
    }
}
