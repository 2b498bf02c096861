using Hl7.Fhir.Model;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// <c>POST /fhir/RiskAssessment/$stop-model</c> with a <c>reason</c>: the kill switch. It answers how many drafts ended by it.
/// </summary>
internal static class StopModel
{
    public const int ShortestReason = 10;
    public const int LongestReason = 500;

    public static void Map(FhirRoutes fhir) => fhir.Post("/RiskAssessment/$stop-model", FhirInteraction.Operation, HandleAsync);

    private static async System.Threading.Tasks.Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, ModelActs acts, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("reason");
        var reason = input.Require("reason").Trim();
        if (reason.Length is < ShortestReason or > LongestReason)
        {
            throw new FhirException(
                IssueCode.Value, $"The parameter reason has {ShortestReason} to {LongestReason} characters.");
        }

        return FhirResult.Of(new OperationOutput().Add("drafts", new Integer(await acts.StopAsync(caller, reason, cancellationToken))));
    }
}
