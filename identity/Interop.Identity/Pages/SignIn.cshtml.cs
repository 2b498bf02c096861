using Interop.Identity.Accounts;
using Interop.Identity.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Identity.Pages;

/// <summary>Asks for name and password, then for the second factor where there is one.</summary>
internal sealed class SignInModel(SignIn signIn, Browsers browsers, FormTargets targets) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    public string Password { get; set; } = string.Empty;

    public string? Problem { get; private set; }

    public Task OnGetAsync() => targets.AllowAsync(HttpContext, ReturnUrl);

    public async Task<IActionResult> OnPostAsync()
    {
        await targets.AllowAsync(HttpContext, ReturnUrl);
        var remote = HttpContext.Connection.RemoteIpAddress?.ToString();
        var account = await signIn.PasswordAsync(UserName ?? string.Empty, Password ?? string.Empty, remote, HttpContext.RequestAborted);
        if (account is null)
        {
            Problem = "Name and password do not match, or there were too many attempts. After a few the account is locked for 15 minutes.";
            return Page();
        }

        if (account.HasSecondFactor)
        {
            await Browsers.StartHalfwayAsync(HttpContext, account);
            return RedirectToPage("/SecondFactor", new { returnUrl = ReturnUrl });
        }

        await browsers.StartAsync(HttpContext, account, "pwd");
        return LocalRedirect(FormTargets.Local(ReturnUrl));
    }
}
