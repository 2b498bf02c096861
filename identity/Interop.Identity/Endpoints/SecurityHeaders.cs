namespace Interop.Identity.Endpoints;

/// <summary>Headers on every answer: nothing is framed, sniffed, cached by others or told to other sites.</summary>
internal static class SecurityHeaders
{
    /// <summary>Set when the answer begins: what is set before is cleared where an exception is answered.</summary>
    public static Task SetAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(Set, http);
        return next(http);
    }

    private static Task Set(object state)
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.TryAdd("Cache-Control", "no-store");
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            SetContentSecurityPolicy(http, []);
        }

        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }

    /// <param name="formTargets">
    /// Origins that a form's answer may redirect to: browsers apply form-action to the whole chain of redirects, so the client's
    /// own origin must be in it where the last step leads back to the client.
    /// </param>
    public static void SetContentSecurityPolicy(HttpContext http, IEnumerable<string> formTargets) =>
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {string.Join(' ', ["'self'", .. formTargets])}";
}
