using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>FHIR vread: https://hl7.org/fhir/R4/http.html#vread. Versions are those of the caller's own view.</summary>
internal static class VersionRead
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}/_history/{version}", FhirInteraction.Vread, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, string version, Caller caller, HttpRequest request, GuardedStore store, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var view = ViewRequest.Of(request);
        return await store.ReadVersionAsync(caller, key, version, cancellationToken) switch
        {
            ReadResult.Found found => FhirResult.Ok(view.Of(found.Disclosure)),
            ReadResult.Deleted => FhirResult.Problem(410, "deleted", $"{key} was deleted."),
            ReadResult.Absent => FhirResult.Problem(404, "not-found", $"This version of {key} is not known."),
            _ => throw new UnreachableException(),
        };
    }
}
