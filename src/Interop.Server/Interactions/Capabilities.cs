using Interop.Fhir.Schema;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR capabilities: https://hl7.org/fhir/R4/http.html#capabilities, generated from the routes that exist.</summary>
internal sealed class Capabilities(InteropSettings settings, SearchParameterSet parameters, TokenVerifier verifier)
{
    private IReadOnlyList<FhirRoute> routes = [];
    private CapabilityStatement? made;

    public static void Map(FhirRoutes fhir, Capabilities capabilities)
    {
        capabilities.routes = fhir.Routes;
        fhir.GetPublic(
            "/metadata",
            FhirInteraction.Capabilities,
            async (HttpRequest request, CancellationToken cancellationToken) =>
            {
                FhirRequest.RequireJson(request);
                FhirRequest.RefuseParameters(
                    request.Query.Where(pair => pair is not { Key: "mode" } || pair.Value != "full").Select(pair => pair.Key));
                return FhirResult.Of(await capabilities.StatementAsync(cancellationToken));
            });
    }

    /// <summary>Made again only when the issuer tells other places: it is a megabyte.</summary>
    public async Task<CapabilityStatement> StatementAsync(CancellationToken cancellationToken)
    {
        var issuer = verifier.Issuers.Count == 0 ? null : await verifier.Issuers[0].SmartConfigurationAsync(cancellationToken);
        return made is { } known && known.Issuer == issuer ? known : made = CapabilityStatement.Of(routes, settings, parameters, issuer);
    }
}
