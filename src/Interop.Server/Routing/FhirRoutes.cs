using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Routing;

/// <summary>
/// The only way to add a FHIR endpoint: each declares its interaction, demands a verified caller and is remembered for the
/// CapabilityStatement.
/// </summary>
internal sealed class FhirRoutes(IEndpointRouteBuilder builder)
{
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
        Map(method, pattern, FhirInteraction.Operation, handler).AddEndpointFilter(RecordAsync);

    /// <summary>The few endpoints that answer anybody: they hold nobody's data.</summary>
    public void GetPublic(string pattern, FhirInteraction interaction, Delegate handler)
    {
        routes.Add(new("GET", pattern, interaction));
        builder.MapMethods(FhirRequest.Root + pattern, ["GET", "HEAD"], handler)
            .WithMetadata(new PublicEndpoint(), new DeclaredInteraction(interaction)).AllowAnonymous();
    }

    private RouteHandlerBuilder Map(string method, string pattern, FhirInteraction interaction, Delegate handler, params string[] further)
    {
        routes.Add(new(method, pattern, interaction));
        return builder.MapMethods(FhirRequest.Root + pattern, [method, .. further], handler)
            .AddEndpointFilter((context, next) =>
            {
                Preconditions.RefuseOthers(context.HttpContext.Request, interaction);
                return next(context);
            })
            .WithMetadata(new DeclaredInteraction(interaction))
            .RequireAuthorization();
    }

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
internal sealed record PublicEndpoint;
