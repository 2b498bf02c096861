namespace Interop.Server.Http;

/// <summary>
/// Headers on every answer, errors too: nothing is sniffed, framed, cached or told to other sites. Set when the answer begins,
/// because what is set before is cleared where an exception is answered. What an endpoint set for itself stays.
/// </summary>
internal static class SecurityHeaders
{
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
        headers.TryAdd("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        headers.TryAdd("Cache-Control", "no-store");
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
