using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Conveyance;

/// <summary>
/// Where an agency reads how an incident stands: the EIDO retrieval service of NENA-STA-024. The scope is <c>cad.read</c>.
/// </summary>
internal static class EidoRetrieval
{
    public static void Map(IEndpointRouteBuilder builder) => builder.MapGet("/cad/eido/{incident}", HandleAsync)
        .WithMetadata(new DeclaredInteraction(FhirInteraction.Operation)).RequireAuthorization();

    private static async Task<IResult> HandleAsync(
        string incident, Caller caller, HttpRequest request, Incidents incidents, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        return await incidents.AnswerAsync(caller, incident, cancellationToken) is { } eido
            ? FhirResult.Of(eido)
            : FhirResult.Problem(IssueCode.NotFound, "No such incident is known of this agency.");
    }
}
