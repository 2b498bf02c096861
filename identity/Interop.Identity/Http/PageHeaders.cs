namespace Interop.Identity.Http;

/// <summary>
/// What browsers are told beside the headers of every answer: pages have no script, no devices, and forms only to known places.
/// </summary>
internal static class PageHeaders
{
    public static readonly SecurityHeaders All = new(
        Policy([]),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"));

    /// <param name="formTargets">
    /// Origins that a form's answer may redirect to: browsers apply form-action to the whole chain of redirects, so the client's
    /// own origin must be in it where the last step leads back to the client.
    /// </param>
    public static void AllowForms(HttpContext http, IEnumerable<string> formTargets) =>
        http.Response.Headers.ContentSecurityPolicy = Policy(formTargets);

    private static string Policy(IEnumerable<string> formTargets) =>
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "
            + $"{string.Join(' ', ["'self'", .. formTargets])}";
}
