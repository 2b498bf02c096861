using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Pages.Pages.Entry;

/// <summary>In which language this browser is spoken to.</summary>
[AllowAnonymous]
public sealed class LanguageModel(PagesSettings site) : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/app");

    public IActionResult OnPost(string? language, string? returnUrl)
    {
        Response.Cookies.Append(
            "interop-language",
            CookieRequestCultureProvider.MakeCookieValue(new(language == "es" ? "es" : "en")),
            new()
            {
                HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsSecure, MaxAge = TimeSpan.FromDays(365), IsEssential = true,
            });
        var isSignIn = returnUrl is "/app/sign-in";
        return LocalRedirect(isSignIn ? returnUrl! : SignInModel.Local(returnUrl));
    }
}
