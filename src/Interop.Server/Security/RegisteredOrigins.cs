using System.Collections.Concurrent;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Interop.Server.Security;

/// <summary>
/// Which web pages may read answers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): those on an origin that a trusted issuer
/// has a client for, as it says where its metadata names an <c>interop_origin_endpoint</c>, or as its setting lists. Others get the
/// same answers without the headers that would let a page read them. What tells a client where to register is for pages of any origin
/// (https://hl7.org/fhir/smart-app-launch/conformance.html), and so is what a site has published.
/// </summary>
internal sealed class RegisteredOrigins(TokenVerifier verifier, TimeProvider clock) : ICorsPolicyProvider
{
    private const int MostRemembered = 10_000;

    // A revoked client's pages are shut out within it.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Answer> remembered = new(StringComparer.Ordinal);

    /// <summary>Answers depend on the origin also where there is none, so that no cache gives one page's answer to another.</summary>
    public static Task VaryAsync(HttpContext http, RequestDelegate next)
    {
        WebOrigin.Vary(http);
        return next(http);
    }

    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        if (IsForAnyPage(context.Request.Path))
        {
            return new CorsPolicyBuilder().AllowAnyOrigin().WithMethods("GET", "HEAD").WithHeaders("Accept", "Authorization", "DPoP")
                .Build();
        }

        var origin = context.Request.Headers.Origin.ToString();
        return context.Request.Path.StartsWithSegments("/fhir") && await AreRegisteredAsync(origin, context.RequestAborted)
            ? new CorsPolicyBuilder(origin)
                .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
                .WithHeaders(
                    "Accept", "Authorization", "Content-Encoding", "Content-Type", "DPoP", "If-Match", "If-Modified-Since",
                    "If-None-Exist", "If-None-Match", "If-Unmodified-Since", "Prefer", "X-Security-Context")
                .WithExposedHeaders(
                    "Content-Location", "ETag", "Expires", "Last-Modified", "Location", "Retry-After", "Warning", "WWW-Authenticate",
                    "X-Progress")
                .SetPreflightMaxAge(Fresh)
                .Build()
            : null;
    }

    /// <summary>What is everybody's: how to register, and figures that a site has published.</summary>
    private static bool IsForAnyPage(PathString path) => path == "/fhir/metadata" || path.StartsWithSegments("/fhir/.well-known")
        || path == "/fhir/MeasureReport/$published" || path == "/fhir/MeasureReport/$published-figures";

    private async Task<bool> AreRegisteredAsync(string origin, CancellationToken cancellationToken)
    {
        if (!WebOrigin.IsOne(origin))
        {
            return false;
        }

        var now = clock.GetUtcNow();
        if (remembered.TryGetValue(origin, out var known) && known.Until > now)
        {
            return known.IsRegistered;
        }

        var isRegistered = false;
        foreach (var issuer in verifier.Issuers)
        {
            isRegistered = isRegistered || await issuer.HasOriginAsync(origin, cancellationToken);
        }

        Remember(origin, new(isRegistered, now + Fresh), now);
        return isRegistered;
    }

    private void Remember(string origin, Answer answer, DateTimeOffset now)
    {
        if (remembered.Count >= MostRemembered)
        {
            foreach (var (old, _) in remembered.Where(pair => pair.Value.Until <= now))
            {
                remembered.TryRemove(old, out _);
            }
        }

        // Strangers can make up origins; what does not fit is asked for again.
        if (remembered.Count < MostRemembered)
        {
            remembered[origin] = answer;
        }
    }

    private sealed record Answer(bool IsRegistered, DateTimeOffset Until);
}
