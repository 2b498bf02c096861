using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR create, also conditional: https://hl7.org/fhir/R4/http.html#create. The server assigns the id.</summary>
internal static class Create
{
    public static void Map(FhirRoutes fhir) => fhir.Post("/{type}", FhirInteraction.Create, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type,
        Caller caller,
        HttpRequest request,
        GuardedWrites writes,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RequireType(type);
        var body = await BinaryBody.ReadAsync(request, type, null, cancellationToken);
        var condition = request.Headers["If-None-Exist"].ToString();
        var result = await writes.CreateAsync(caller, type, body, condition.Length == 0 ? null : condition, cancellationToken);
        return WriteAnswer.Of(result, request, settings);
    }
}
