using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>FHIR history of one resource: https://hl7.org/fhir/R4/http.html#history. Newest first, in the caller's view.</summary>
internal static class InstanceHistory
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}/_history", FhirInteraction.HistoryInstance, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, Caller caller, HttpRequest request, GuardedStore store, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var versions = await store.HistoryAsync(caller, key, cancellationToken);
        if (versions.Count == 0)
        {
            return FhirResult.Problem(404, "not-found", $"{key} is not known.");
        }

        var items = versions.Select((version, index) =>
        {
            var isFirst = index == versions.Count - 1;
            return new BundleItem(version.Disclosure)
            {
                Method = version.Deleted ? "DELETE" : isFirst ? "POST" : "PUT",
                Url = isFirst && !version.Deleted ? key.Type : key.ToString(),
                Status = version.Deleted ? "204" : isFirst ? "201" : "200",
                VersionId = version.VersionId,
                LastUpdated = version.Changed,
            };
        });
        return FhirResult.Bundle(new("history", settings.PublicUrl, [.. items])
        {
            Total = versions.Count,
            Self = $"{settings.PublicUrl}/{key}/_history",
        });
    }
}
