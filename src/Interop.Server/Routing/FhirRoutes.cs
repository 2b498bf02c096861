using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Claims;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Interop.Server.Routing;

/// <summary>
/// The only way to add a FHIR endpoint: each declares its interaction, demands a verified caller and is remembered for the
/// CapabilityStatement.
/// </summary>
internal sealed class FhirRoutes(IEndpointRouteBuilder builder)
{
    // What is compiled depends on the handler alone, so that all servers of a process share it: the demo's, and a test's hundreds.
    private static readonly ConcurrentDictionary<(MethodInfo Handler, string Pattern), RequestDelegate> Shared = new();

    /// <summary>What anybody may send without a token: a form's answers are a few kilobytes.</summary>
    private const long MostOfAnybody = 64 * 1024;

    private readonly List<FhirRoute> routes = [];

    public IReadOnlyList<FhirRoute> Routes => routes;

    /// <summary>What can be read can be asked for without its body, too (RFC 9110 section 9.3.2).</summary>
    public void Get(string pattern, FhirInteraction interaction, Delegate handler) => Map("GET", pattern, interaction, handler, "HEAD");

    public void Post(string pattern, FhirInteraction interaction, Delegate handler) => Map("POST", pattern, interaction, handler);

    public void Put(string pattern, FhirInteraction interaction, Delegate handler) => Map("PUT", pattern, interaction, handler);

    public void Patch(string pattern, FhirInteraction interaction, Delegate handler) => Map("PATCH", pattern, interaction, handler);

    public void Delete(string pattern, FhirInteraction interaction, Delegate handler) => Map("DELETE", pattern, interaction, handler);

    /// <summary>
    /// An operation on what the request brings, or on what was loaded for everybody: no guard looks at it, so it is written down here.
    /// </summary>
    public void Compute(string method, string pattern, Delegate handler) =>
        Map([method], pattern, FhirInteraction.Operation, Prepared(pattern, FhirInteraction.Operation, handler, RecordAsync))
            .RequireAuthorization();

    /// <summary>The few endpoints that answer anybody: they hold nobody's data.</summary>
    public void GetPublic(string pattern, FhirInteraction interaction, Delegate handler) =>
        Map(["GET", "HEAD"], pattern, interaction, Prepared(pattern, handler)).WithMetadata(new PublicEndpoint()).AllowAnonymous();

    /// <summary>
    /// The endpoints at which somebody shows a code instead of a token. Nobody is written down for it: see the room that has them.
    /// </summary>
    public void PostPublic(string pattern, Delegate handler) =>
        Map(["POST"], pattern, FhirInteraction.Operation, Prepared(pattern, FhirInteraction.Operation, handler))
            .WithMetadata(new PublicEndpoint(), new RequestSizeLimitAttribute(MostOfAnybody)).AllowAnonymous();

    private void Map(string method, string pattern, FhirInteraction interaction, Delegate handler, params string[] further) =>
        Map([method, .. further], pattern, interaction, Prepared(pattern, interaction, handler)).RequireAuthorization();

    private IEndpointConventionBuilder Map(string[] methods, string pattern, FhirInteraction interaction, RequestDelegate handler)
    {
        routes.Add(new(methods[0], pattern, interaction));
        return builder.MapMethods(FhirRequest.Root + pattern, methods, handler).WithMetadata(new DeclaredInteraction(interaction));
    }

    private RequestDelegate Prepared(string pattern, FhirInteraction interaction, Delegate handler, EndpointFilter? filter = null)
    {
        var prepared = Prepared(pattern, handler, filter);
        return context =>
        {
            Preconditions.RefuseOthers(context.Request, interaction);
            return prepared(context);
        };
    }

    /// <summary>
    /// The handler, whose parameters the framework fills in. That is compiled code, a few milliseconds an endpoint: it is made when
    /// the endpoint is first called, or a server would compile for half a second before it answers anything.
    /// </summary>
    private RequestDelegate Prepared(string pattern, Delegate handler, EndpointFilter? filter = null)
    {
        var isShared = handler.Target is null && filter is null;
        var made = new Lazy<RequestDelegate>(() =>
            isShared ? Shared.GetOrAdd((handler.Method, pattern), _ => Make()) : Make());
        return context => made.Value(context);

        RequestDelegate Make()
        {
            var route = RoutePatternFactory.Parse(pattern);
            var endpoint = new RouteEndpointBuilder(null, route, 0) { ApplicationServices = builder.ServiceProvider };
            if (filter is not null)
            {
                endpoint.FilterFactories.Add((_, next) => context => filter(context, next));
            }

            return RequestDelegateFactory.Create(handler, new()
            {
                ServiceProvider = builder.ServiceProvider,
                EndpointBuilder = endpoint,
                RouteParameterNames = route.Parameters.Select(parameter => parameter.Name),
            }).RequestDelegate;
        }
    }

    private delegate ValueTask<object?> EndpointFilter(EndpointFilterInvocationContext context, EndpointFilterDelegate next);

    private static async ValueTask<object?> RecordAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var caller = Caller.From(http.User);
        var answer = await next(context);
        var audit = http.RequestServices.GetRequiredService<AuditTrail>();
        await (answer is FhirResult { Status: >= 400 and var status }
            ? audit.RefusedAsync(caller, FhirInteraction.Operation, http.Request.Path, $"{status}", CancellationToken.None)
            : audit.PermittedAsync(caller, FhirInteraction.Operation, http.Request.Path, CancellationToken.None));
        return answer;
    }
}

internal sealed record FhirRoute(string Method, string Pattern, FhirInteraction Interaction);

/// <summary>Endpoint metadata: what the endpoint does.</summary>
internal sealed record DeclaredInteraction(FhirInteraction Interaction);

/// <summary>Endpoint metadata: the endpoint needs no caller.</summary>
internal sealed record PublicEndpoint
{
    /// <summary>Who sends a token to such an endpoint all the same is nobody there, and is written down nowhere.</summary>
    public static Task ForgetAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is not null)
        {
            context.User = new ClaimsPrincipal();
        }

        return next(context);
    }
}
