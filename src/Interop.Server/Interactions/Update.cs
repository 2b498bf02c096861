using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR update, also conditional: https://hl7.org/fhir/R4/http.html#update. No update as create, but for the
/// custodian's new Organizations: an id that the caller can't see is not known.</summary>
internal static class Update
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Put("/{type}/{id}", FhirInteraction.Update, HandleAsync);
        fhir.Put("/{type}", FhirInteraction.Update, HandleConditionAsync);
    }

    private static async Task<IResult> HandleAsync(
        string type,
        string id,
        Caller caller,
        HttpRequest request,
        GuardedWrites writes,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var body = await BinaryBody.ReadAsync(request, type, id, cancellationToken);
        var result = await writes.UpdateAsync(caller, key, body, Preconditions.Of(request), cancellationToken);
        return WriteAnswer.Of(result, request, settings);
    }

    private static async Task<IResult> HandleConditionAsync(
        string type,
        Caller caller,
        HttpRequest request,
        ConditionalWrites writes,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RequireType(type);
        var condition = FhirRequest.Condition(request);
        var body = await FhirRequest.BodyAsync(request, cancellationToken);
        var result = await writes.UpdateAsync(caller, type, condition, body, Preconditions.Of(request), cancellationToken);
        return WriteAnswer.Of(result, request, settings);
    }
}
