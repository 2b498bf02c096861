using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>FHIR read: https://hl7.org/fhir/R4/http.html#read</summary>
internal static class Read
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}", FhirInteraction.Read, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, Caller caller, HttpRequest request, GuardedStore store, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var view = ViewRequest.Of(request);
        var known = FhirRequest.Version(request.Headers.IfNoneMatch.ToString(), "If-None-Match");
        return await store.ReadAsync(caller, key, cancellationToken) switch
        {
            ReadResult.Found found when found.Disclosure.VersionId == known => FhirResult.NotModified(found.Disclosure),
            ReadResult.Found found => FhirResult.Ok(view.Of(found.Disclosure)),
            ReadResult.Deleted => FhirResult.Problem(410, "deleted", $"{key} was deleted."),
            ReadResult.Absent => FhirResult.Problem(404, "not-found", $"{key} is not known."),
            _ => throw new UnreachableException(),
        };
    }
}
