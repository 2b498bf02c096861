using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Pages.Pages.Entry;

/// <summary>Ends the session here, and the one at the issuer (OpenID Connect RP-Initiated Logout 1.0).</summary>
public sealed class SignOutModel : PageModel
{
    public IActionResult OnPost()
    {
        Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        return SignOut(new AuthenticationProperties { RedirectUri = "/app/sign-in?end=out" }, PageSession.OpenId);
    }
}
