using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// <c>POST /fhir/RiskAssessment/$accept-model</c>: an administrator who has read the card answers for the model, and it begins to work.
/// <c>sha256</c> is its file's; <c>untold</c> says that she knows which groups are too small to tell about.
/// </summary>
internal static class AcceptModel
{
    public static void Map(FhirRoutes fhir) => fhir.Post("/RiskAssessment/$accept-model", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, ModelActs acts, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("sha256", "untold");
        if (input["untold"] is not (null or "true" or "false"))
        {
            throw new FhirException(IssueCode.Value, "The parameter untold must be true or false.");
        }

        return FhirResult.Ok(await acts.AcceptAsync(caller, input.Require("sha256"), input["untold"] == "true", cancellationToken));
    }
}
