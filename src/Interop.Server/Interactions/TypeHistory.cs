using Interop.Fhir.Search;
using Interop.Server.Guard.Histories;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>
/// FHIR history of a type and of the system: https://hl7.org/fhir/R4/http.html#history. Newest first, in the caller's view.
/// </summary>
internal static class TypeHistory
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/{type}/_history", FhirInteraction.HistoryType, HandleAsync);
        fhir.Get(
            "/_history",
            FhirInteraction.HistorySystem,
            (
                Caller caller,
                HttpRequest request,
                GuardedHistories histories,
                InteropSettings settings,
                CancellationToken cancellationToken) => HandleAsync(null, caller, request, histories, settings, cancellationToken));
    }

    private static async Task<IResult> HandleAsync(
        string? type,
        Caller caller,
        HttpRequest request,
        GuardedHistories histories,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        if (type is not null)
        {
            FhirRequest.RequireType(type);
        }

        return FhirResult.Bundle(
            await BundleAsync(caller, type, [.. ViewRequest.Pairs(request.Query)], histories, settings, cancellationToken));
    }

    /// <summary>A page of versions, alone or inside the answer to a batch.</summary>
    /// <param name="type">Null for all types.</param>
    public static async Task<FhirBundle> BundleAsync(
        Caller caller,
        string? type,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        GuardedHistories histories,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var page = HistoryPage.Read(parameters, settings.TimeZone);
        var count = Math.Min(page.Count ?? SearchQuery.DefaultCount, SearchQuery.MaximumCount);
        var answer = await histories.ReadAsync(
            caller, type, new(count, page.Since, page.At, page.Cursor, page.Query), cancellationToken);
        var self = $"{settings.PublicUrl}{(type is null ? "" : $"/{type}")}/_history{page.Query}";
        return new("history", settings.PublicUrl, [.. answer.Versions.Select(
            item => HistoryPage.Entry(item.Key, item.Version, item.IsFirst))])
        {
            Total = answer.Total,
            Self = self,
            Next = answer.NextCursor is { } cursor ? $"{self}{(page.Query.Length == 0 ? '?' : '&')}_cursor={cursor}" : null,
        };
    }
}
