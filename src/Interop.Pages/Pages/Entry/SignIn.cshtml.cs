using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Interop.Pages.Pages.Entry;

/// <summary>Which agency somebody is of: its client at the issuer takes it from there.</summary>
public sealed class SignInModel(PagesSettings site) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? End { get; set; }

    public bool IsDemo => site.Visitors.Count > 0;

    public async Task<IActionResult> OnGetAsync() =>
        (await HttpContext.AuthenticateAsync(PageSession.Cookies)).Succeeded ? LocalRedirect(Local(ReturnUrl)) : Page();

    public IActionResult OnPost(string? agency, string? visitor)
    {
        var person = site.Visitors.FirstOrDefault(known => known.UserName == visitor);
        if ((person?.Agency ?? site.Agencies.FirstOrDefault(known => known.Organization == agency)) is not { } chosen)
        {
            return Page();
        }

        var properties = new AuthenticationProperties { RedirectUri = Local(ReturnUrl) };
        properties.Items[PageSignIn.Agency] = chosen.Organization;
        if (person is not null)
        {
            properties.Items[PageSignIn.Visitor] = person.UserName;
        }

        return Challenge(properties, PageSession.OpenId);
    }

    /// <summary>The address if it is a page of ours, else home: no open redirect.</summary>
    internal static string Local(string? address) =>
        address is not null
        && (address == "/app" || address.StartsWith("/app/", StringComparison.Ordinal))
        && !address.StartsWith("/app/sign-", StringComparison.Ordinal)
        && !address.Contains("..", StringComparison.Ordinal)
        && address.All(letter => letter is > ' ' and < (char)127 and not '\\')
            ? address
            : "/app";
}
