using Microsoft.AspNetCore.Http;

namespace Interop.Hosting;

/// <summary>
/// Headers on every answer, errors too: nothing is sniffed, framed, cached or told to other sites. Set when the answer begins,
/// because what is set before is cleared where an exception is answered. What an endpoint set for itself stays.
/// </summary>
/// <param name="contentSecurityPolicy">Where the endpoint has none of its own.</param>
/// <param name="others">Further headers, on every answer.</param>
public sealed class SecurityHeaders(string contentSecurityPolicy, params (string Name, string Value)[] others)
{
    public Task SetAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(Set, http);
        return next(http);
    }

    private Task Set(object state)
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        foreach (var (name, value) in others)
        {
            headers[name] = value;
        }

        headers.TryAdd("Content-Security-Policy", contentSecurityPolicy);
        headers.TryAdd("Cache-Control", "no-store");
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
