using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Dispatch;

/// <summary>Where a dispatch centre posts its EIDO messages (NENA-STA-021.1b, JSON). The scope is <c>cad.write</c>.</summary>
internal static class CadIntake
{
    /// <summary>That of an EIDO; application/json is taken as well.</summary>
    private const string MediaType = "application/EmergencyCallData.eido+json";

    public static void Map(IEndpointRouteBuilder builder) =>
        builder.MapPost("/cad/eido", HandleAsync).WithMetadata(new DeclaredInteraction(FhirInteraction.CadIntake)).RequireAuthorization();

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, IncidentIntake intake, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        var body = await FhirRequest.BodyAsync(request, cancellationToken, MediaType);
        return FhirResult.Of(await intake.TakeAsync(caller, body, cancellationToken));
    }
}
