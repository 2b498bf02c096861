using Interop.Identity.Accounts;
using Interop.Identity.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Identity.Pages;

/// <summary>Asks for the second factor after the password.</summary>
internal sealed class SecondFactorModel(SignIn signIn, Browsers browsers, FormTargets targets) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string Code { get; set; } = string.Empty;

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        await targets.AllowAsync(HttpContext, ReturnUrl);
        return await browsers.FindHalfwayAsync(HttpContext) is null ? RedirectToPage("/SignIn", new { returnUrl = ReturnUrl }) : Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await targets.AllowAsync(HttpContext, ReturnUrl);
        if (await browsers.FindHalfwayAsync(HttpContext) is not { } account)
        {
            return RedirectToPage("/SignIn", new { returnUrl = ReturnUrl });
        }

        var remote = HttpContext.Connection.RemoteIpAddress?.ToString();
        if (await signIn.SecondFactorAsync(account, Code ?? string.Empty, remote, HttpContext.RequestAborted) is not { } method)
        {
            Problem = "The code is wrong or was used before. After a few attempts the account is locked for 15 minutes.";
            return Page();
        }

        await browsers.StartAsync(HttpContext, account, $"pwd {method} mfa");
        return LocalRedirect(FormTargets.Local(ReturnUrl));
    }
}
