using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Interop.Pages.Sessions;

/// <summary>The person at the browser, as the issuer has told.</summary>
public static class PageSession
{
    public const string Cookies = "pages";
    public const string OpenId = "pages-issuer";
    internal const string Agency = "agency";
    internal const string Role = "roles";

    /// <summary>The person's access token.</summary>
    /// <exception cref="SessionEndedException">Nobody is signed in.</exception>
    public static async Task<string> TokenAsync(HttpContext http) =>
        await http.GetTokenAsync(Cookies, "access_token") ?? throw new SessionEndedException();

    public static string NameOf(ClaimsPrincipal person) => person.FindFirstValue("name") ?? string.Empty;

    /// <summary>Id of the person's Organization.</summary>
    public static string AgencyOf(ClaimsPrincipal person) => person.FindFirstValue(Agency) ?? string.Empty;

    /// <summary><c>Practitioner/id</c>, or null where the account names nobody.</summary>
    public static string? PractitionerOf(ClaimsPrincipal person) =>
        person.FindFirstValue("fhirUser")?.Split('/') is [.., "Practitioner" and var type, var id] ? $"{type}/{id}" : null;

    /// <summary>For the places in the navigation; what a person may see is decided where it is asked for.</summary>
    public static bool Has(ClaimsPrincipal person, string role) => person.HasClaim(Role, role);
}
