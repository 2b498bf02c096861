using Interop.Identity.Audit;
using Microsoft.AspNetCore.Diagnostics;

namespace Interop.Identity.Http;

/// <summary>
/// The only place that turns an <see cref="OAuthException"/> into an answer, RFC 6749 section 5.2. Every refusal is on the trail.
/// </summary>
internal sealed class OAuthErrors(SecurityTrail trail, RequestLimits limits, ILogger<OAuthErrors> logger) : IExceptionHandler
{
    /// <summary>Where a handler leaves the client id that the request claims, for the trail.</summary>
    public const string ClaimedClient = "claimed-client";

    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        if (exception is BadHttpRequestException malformed)
        {
            // Not cancelled with the request: who trickles or hangs up is on the trail too.
            await trail.RecordAsync(
                new("request", true, null, null, remote, $"The request is malformed, too large or too slow ({malformed.StatusCode})."),
                CancellationToken.None);
            http.Response.StatusCode = malformed.StatusCode;
            return true;
        }

        if (exception is not OAuthException refused)
        {
            logger.LogError(exception, "Unexpected error in request {Request}", http.TraceIdentifier);
            await WriteAsync(
                http,
                StatusCodes.Status500InternalServerError,
                "server_error",
                $"Unexpected error. Quote {http.TraceIdentifier} when reporting it.");
            return true;
        }

        await trail.RecordAsync(
            new(
                http.Request.Path.Value!.Trim('/'),
                true,
                http.Items[ClaimedClient] as string,
                null,
                remote,
                refused.Reason),
            cancellationToken);
        limits.Refused(remote);
        if (refused.Status == StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "60";
        }

        await WriteAsync(http, refused.Status, refused.Error, refused.Message);
        return true;
    }

    private static Task WriteAsync(HttpContext http, int status, string error, string description)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description });
    }
}
