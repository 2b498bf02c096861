using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR history of one resource: https://hl7.org/fhir/R4/http.html#history. Newest first, in the caller's view.</summary>
internal static class InstanceHistory
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}/_history", FhirInteraction.HistoryInstance, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type,
        string id,
        Caller caller,
        HttpRequest request,
        GuardedReads reads,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        return await BundleAsync(caller, key, [.. ViewRequest.Pairs(request.Query)], reads, settings, cancellationToken) is { } bundle
            ? FhirResult.Bundle(bundle)
            : FhirResult.Problem(IssueCode.NotFound, $"{key} is not known.");
    }

    /// <summary>The versions, alone or inside the answer to a batch; null where there are none for the caller.</summary>
    public static async Task<FhirBundle?> BundleAsync(
        Caller caller,
        ResourceKey key,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        GuardedReads reads,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var page = HistoryPage.Read(parameters, settings.TimeZone);
        var start = page.Start;
        var versions = await reads.HistoryAsync(caller, key, cancellationToken);
        if (versions.Count == 0)
        {
            return null;
        }

        var first = versions[^1];
        var (shown, total, next) = page.Of(versions, start);
        var items = shown.Select(version => HistoryPage.Entry(key, version, isFirst: version == first));
        var self = $"{settings.PublicUrl}/{key}/_history{page.Query}";
        return new("history", settings.PublicUrl, [.. items])
        {
            Total = total,
            Self = self,
            Next = next is null ? null : $"{self}{(page.Query.Length == 0 ? '?' : '&')}_cursor={next}",
        };
    }
}
