using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
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
        var output = new OperationOutput().Add("inForce", new FhirBoolean(agreements.Any(agreement => agreement.InForceAt(instant))));
        foreach (var agreement in agreements)
        {
            output.Add("agreement", Parts(agreement, instant));
        }

        return FhirResult.Of(output);
    }

    private static IEnumerable<Parameters.ParameterComponent> Parts(Agreement agreement, long instant) =>
    [
        .. OperationOutput.Part("contract", new FhirUri($"Contract/{agreement.Id}")),
        .. OperationOutput.Part("inForce", new FhirBoolean(agreement.InForceAt(instant))),
        .. OperationOutput.Part("status", new Code(agreement.Status)),
        .. OperationOutput.Part("tier", new Code(agreement.Ceiling.ToString().ToLowerInvariant())),
        .. OperationOutput.Part("start", agreement.From < agreement.To ? Elements.Instant(agreement.From) : null),
        .. OperationOutput.Part("end", agreement.From < agreement.To ? Elements.Instant(agreement.To) : null),
        .. OperationOutput.Part("review", new Date(agreement.ReviewDate)),
        .. agreement.Purposes.Union(agreement.DataUse).SelectMany(purpose => OperationOutput.Part("purpose", new Code(purpose))),
        .. agreement.Scopes.SelectMany(scope => OperationOutput.Part("scope", new FhirString(scope))),
        .. agreement.Problems.SelectMany(problem => OperationOutput.Part("problem", new FhirString(problem))),
    ];
}
