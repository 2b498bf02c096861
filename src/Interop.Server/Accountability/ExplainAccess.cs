using Hl7.Fhir.Model;
using Interop.Server.Guard;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Accountability;

/// <summary>
/// <c>GET /fhir/Patient/[id]/$explain-access?organization&amp;purpose&amp;role&amp;resource</c>: in sentences, what an organisation sees of
/// the person and why. For the programme's privacy officer and the person; who is refused never learns it.
/// </summary>
internal static class ExplainAccess
{
    private const string Name = "$explain-access";

    public static void Map(FhirRoutes fhir) => fhir.Get($"/Patient/{{id}}/{Name}", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        Explanation explanation,
        AuditTrail audit,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        AuditReader.DemandScope(caller, SmartRight.Read);
        AuditReader.DemandEverythingOf(caller, patient, settings.Custodian);
        var input = OperationInput.FromQuery(request, "purpose", "role").Allow("organization", "purpose", "role", "resource");
        var sentences = await explanation.OfAsync(
            caller,
            input.Require("organization"),
            patient.ToString(),
            input["purpose"]?.Split(',') ?? ["TREAT"],
            input["role"]?.Split(',') ?? [],
            input["resource"],
            cancellationToken);
        await audit.PermittedAsync(caller, FhirInteraction.Operation, $"{patient}/{Name}", cancellationToken);
        var output = new OperationOutput();
        foreach (var sentence in sentences)
        {
            output.Add("sentence", new FhirString(sentence));
        }

        return FhirResult.Of(output);
    }
}
