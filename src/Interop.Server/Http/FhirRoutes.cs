namespace Interop.Server.Http;

/// <summary>
/// The only way to add a FHIR endpoint: each declares its interaction, demands a verified caller and is remembered for the
/// CapabilityStatement.
/// </summary>
internal sealed class FhirRoutes(IEndpointRouteBuilder builder)
{
    public const string Root = "/fhir";

    private readonly List<FhirRoute> routes = [];

    public IReadOnlyList<FhirRoute> Routes => routes;

    public void Get(string pattern, FhirInteraction interaction, Delegate handler) => Map("GET", pattern, interaction, handler);

    public void Post(string pattern, FhirInteraction interaction, Delegate handler) => Map("POST", pattern, interaction, handler);

    public void Put(string pattern, FhirInteraction interaction, Delegate handler) => Map("PUT", pattern, interaction, handler);

    public void Patch(string pattern, FhirInteraction interaction, Delegate handler) => Map("PATCH", pattern, interaction, handler);

    public void Delete(string pattern, FhirInteraction interaction, Delegate handler) => Map("DELETE", pattern, interaction, handler);

    /// <summary>The few endpoints that answer anybody: they hold nobody's data.</summary>
    public void GetPublic(string pattern, FhirInteraction interaction, Delegate handler)
    {
        routes.Add(new("GET", pattern, interaction));
        builder.MapGet(Root + pattern, handler).WithMetadata(new PublicEndpoint(), new DeclaredInteraction(interaction)).AllowAnonymous();
    }

    private void Map(string method, string pattern, FhirInteraction interaction, Delegate handler)
    {
        routes.Add(new(method, pattern, interaction));
        builder.MapMethods(Root + pattern, [method], handler).WithMetadata(new DeclaredInteraction(interaction)).RequireAuthorization();
    }
}

internal sealed record FhirRoute(string Method, string Pattern, FhirInteraction Interaction);

/// <summary>Endpoint metadata: what the endpoint does.</summary>
internal sealed record DeclaredInteraction(FhirInteraction Interaction);

/// <summary>Endpoint metadata: the endpoint needs no caller.</summary>
internal sealed record PublicEndpoint;
