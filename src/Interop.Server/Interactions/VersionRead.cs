using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Interactions;

/// <summary>FHIR vread: https://hl7.org/fhir/R4/http.html#vread. Versions are those of the caller's own view.</summary>
internal static class VersionRead
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}/_history/{version}", FhirInteraction.Vread, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, string version, Caller caller, HttpRequest request, GuardedReads reads, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var view = ViewRequest.Only(ViewRequest.Pairs(request.Query));
        var result = await reads.ReadVersionAsync(caller, key, version, cancellationToken);
        return Read.Answer(result, $"this version of {key}", view, Preconditions.Of(request));
    }
}
