using Interop.Fhir.Schema;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>FHIR capabilities: https://hl7.org/fhir/R4/http.html#capabilities, generated from the routes that exist.</summary>
internal static class Capabilities
{
    public static void Map(FhirRoutes fhir)
    {
        // Made again only when the issuer tells other places: it is a megabyte.
        CapabilityStatement? made = null;
        fhir.GetPublic(
            "/metadata",
            FhirInteraction.Capabilities,
            async (
                HttpRequest request,
                InteropSettings settings,
                SearchParameterSet parameters,
                TokenVerifier verifier,
                CancellationToken cancellationToken) =>
            {
                FhirRequest.RequireJson(request);
                var issuer = verifier.Issuers.Count == 0 ? null : await verifier.Issuers[0].SmartConfigurationAsync(cancellationToken);
                var current = made is { } known && known.Issuer == issuer
                    ? known
                    : made = CapabilityStatement.Of(fhir.Routes, settings, parameters, issuer);
                return FhirResult.Of(current);
            });
    }
}
