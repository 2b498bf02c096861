using Interop.Identity.Clients;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Interop.Identity.Http;

/// <summary>
/// Which web pages may read answers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): any of them metadata and keys, which are
/// public; of the rest those on the origin of a redirect URI of an active public client, and only from what such a client needs. APIs ask
/// here for theirs.
/// </summary>
internal sealed class Origins(ClientStore clients) : ICorsPolicyProvider
{
    private static readonly string[] Paths = ["/token", "/revoke", "/userinfo"];

    private static readonly string[] PublicPaths =
        ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/smart-configuration"];

    private static readonly CorsPolicy Anyone = new CorsPolicyBuilder()
        .AllowAnyOrigin()
        .WithMethods("GET")
        .WithHeaders("Accept", "Content-Type")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(1))
        .Build();

    /// <summary>Answers whether an origin is registered. Anybody may ask: whoever has an app's page knows its origin.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/origins",
        async (string? origin, Origins origins, CancellationToken cancellationToken) => origin is null
            ? Results.BadRequest()
            : Results.Json(new { registered = await origins.AreRegisteredAsync(origin, cancellationToken) }));

    /// <summary>Answers depend on the origin also where there is none, so that no cache gives one page's answer to another.</summary>
    public static Task VaryAsync(HttpContext http, RequestDelegate next)
    {
        if (Has(http) || IsPublic(http))
        {
            WebOrigin.Vary(http);
        }

        return next(http);
    }

    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        if (IsPublic(context))
        {
            return Anyone;
        }

        var origin = context.Request.Headers.Origin.ToString();
        return Has(context) && await AreRegisteredAsync(origin, context.RequestAborted)
            ? new CorsPolicyBuilder(origin)
                .WithMethods("GET", "POST")
                .WithHeaders("Accept", "Authorization", "Content-Type", "DPoP")
                .WithExposedHeaders("Retry-After", "WWW-Authenticate")
                .SetPreflightMaxAge(TimeSpan.FromMinutes(1))
                .Build()
            : null;
    }

    private static bool Has(HttpContext http) => Paths.Contains(http.Request.Path.Value, StringComparer.Ordinal);

    private static bool IsPublic(HttpContext http) => PublicPaths.Contains(http.Request.Path.Value, StringComparer.Ordinal);

    private async Task<bool> AreRegisteredAsync(string origin, CancellationToken cancellationToken) =>
        WebOrigin.IsOne(origin) && await clients.HasOriginAsync(origin, cancellationToken);
}
