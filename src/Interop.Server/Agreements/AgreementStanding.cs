using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Security;
using Interop.Sharing.Agreements;

namespace Interop.Server.Agreements;

/// <summary>
/// <c>GET /fhir/Organization/[id]/$agreement</c>: how the custodian's agreements with an organisation stand, as Parameters. The issuer
/// asks it before it registers a client and while it gives tokens.
/// </summary>
internal static class AgreementStanding
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/Organization/{id}/$agreement", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id, Caller caller, HttpRequest request, AgreementBook book, TimeProvider clock, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        OperationInput.FromQuery(request).Allow();
        var agreements = await book.WithAsync(caller, id, cancellationToken);
        var instant = Instants.ToMicroseconds(clock.GetUtcNow());
        return FhirResult.Of(
        [
            OutputParameter.Of("inForce", "valueBoolean", agreements.Any(agreement => agreement.InForceAt(instant))),
            .. agreements.Select(agreement => OutputParameter.Group("agreement", Parts(agreement, instant))),
        ]);
    }

    private static IReadOnlyList<OutputParameter> Parts(Agreement agreement, long instant) =>
    [
        OutputParameter.Of("contract", "valueUri", $"Contract/{agreement.Id}"),
        OutputParameter.Of("inForce", "valueBoolean", agreement.InForceAt(instant)),
        .. OutputParameter.IfAny("status", "valueCode", agreement.Status),
        OutputParameter.Of("tier", "valueCode", agreement.Ceiling.ToString().ToLowerInvariant()),
        .. OutputParameter.IfAny("start", "valueInstant", agreement.From < agreement.To ? Instants.ToText(agreement.From) : null),
        .. OutputParameter.IfAny("end", "valueInstant", agreement.From < agreement.To ? Instants.ToText(agreement.To) : null),
        .. OutputParameter.IfAny("review", "valueDate", agreement.ReviewDate),
        .. agreement.Purposes.Select(purpose => OutputParameter.Of("purpose", "valueCode", purpose)),
        .. agreement.Scopes.Select(scope => OutputParameter.Of("scope", "valueString", scope)),
        .. agreement.Problems.Select(problem => OutputParameter.Of("problem", "valueString", problem)),
    ];
}
