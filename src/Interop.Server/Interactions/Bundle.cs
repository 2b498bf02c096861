using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>FHIR batch and transaction: https://hl7.org/fhir/R4/http.html#transaction</summary>
internal static class Bundle
{
    public static void Map(FhirRoutes fhir) => fhir.Post("", FhirInteraction.Transaction, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, GuardedStore store, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var body = await FhirRequest.BodyAsync(request, cancellationToken);
        var result = await store.BundleAsync(caller, body, cancellationToken);
        return FhirResult.Bundle(new(result.Type, settings.PublicUrl, result.Items));
    }
}
