using System.Globalization;
using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Identity.Pages;

/// <summary>A person's sessions, second factor and password.</summary>
internal sealed class AccountModel(Browsers browsers, SessionStore sessions, SignIn signIn, SecurityTrail trail) : PageModel
{
    public SignedIn? Person { get; private set; }

    public IReadOnlyList<Session> Sessions { get; private set; } = [];

    public string? Message { get; private set; }

    private string? Remote => HttpContext.Connection.RemoteIpAddress?.ToString();

    public static string Time(long instant) =>
        Instants.ToDateTimeOffset(instant).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Names a session in the page without its id, which is what the cookie holds.</summary>
    public static string Reference(Session session) => Secret.Hash(session.SessionId);

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : SignInFirst();

    public async Task<IActionResult> OnPostEndAsync(string? session)
    {
        if (!await LoadAsync())
        {
            return SignInFirst();
        }

        if (Sessions.FirstOrDefault(candidate => Reference(candidate) == session) is { } chosen)
        {
            await sessions.EndAsync(Person!.Account.AccountId, chosen.SessionId, HttpContext.RequestAborted);
            await trail.RecordAsync(new("sign-out", false, null, Person.Account.AccountId, Remote, null), HttpContext.RequestAborted);
        }

        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostEndAllAsync()
    {
        if (!await LoadAsync())
        {
            return SignInFirst();
        }

        await sessions.EndAllAsync(Person!.Account.AccountId, HttpContext.RequestAborted);
        await trail.RecordAsync(
            new("sign-out-everywhere", false, null, Person.Account.AccountId, Remote, null), HttpContext.RequestAborted);
        return SignInFirst();
    }

    public async Task<IActionResult> OnPostPasswordAsync(string? current, string? replacement)
    {
        if (!await LoadAsync())
        {
            return SignInFirst();
        }

        Message = await signIn.ChangePasswordAsync(
            Person!.Account, current ?? string.Empty, replacement ?? string.Empty, Remote, HttpContext.RequestAborted);
        if (Message is not null)
        {
            return Page();
        }

        // Whoever knew the old password may have a session: all end.
        await sessions.EndAllAsync(Person.Account.AccountId, HttpContext.RequestAborted);
        return SignInFirst();
    }

    private RedirectToPageResult SignInFirst() => RedirectToPage("/SignIn", new { returnUrl = "/account" });

    private async Task<bool> LoadAsync()
    {
        Person = await browsers.FindAsync(HttpContext);
        if (Person is not null)
        {
            Sessions = await sessions.ListAsync(Person.Account.AccountId, HttpContext.RequestAborted);
        }

        return Person is not null;
    }
}
