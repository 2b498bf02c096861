using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.EarlyIntervention;

/// <summary><c>GET /fhir/RiskAssessment/$model-card</c>: what the model is, how it did, and how it stands, as a Library.</summary>
internal static class ModelCard
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/RiskAssessment/$model-card", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, ModelActs acts, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var view = ViewRequest.Only(ViewRequest.Pairs(request.Query));
        return Read.Answer(await acts.ReadAsync(caller, cancellationToken), "The model", view, Preconditions.Of(request));
    }
}
