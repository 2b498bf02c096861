using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR search on one type, by GET and POST: https://hl7.org/fhir/R4/http.html#search</summary>
internal static class Search
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/{type}", FhirInteraction.Search, HandleAsync);
        fhir.Post("/{type}/_search", FhirInteraction.Search, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        string type,
        Caller caller,
        HttpRequest request,
        GuardedSearches searches,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RequireType(type);
        var parameters = await ParametersAsync(request, cancellationToken);
        var lenient = request.Headers["Prefer"].Any(header => header?.Contains("handling=lenient", StringComparison.Ordinal) == true);
        return FhirResult.Bundle(await BundleAsync(caller, type, parameters, lenient, searches, settings, cancellationToken));
    }

    /// <summary>What is found, as a searchset: alone or inside the answer to a batch.</summary>
    public static async Task<FhirBundle> BundleAsync(
        Caller caller,
        string type,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        bool lenient,
        GuardedSearches searches,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var view = ViewRequest.Take(parameters, out var criteria);
        var answer = await searches.SearchAsync(caller, type, criteria, lenient, cancellationToken);
        var self = Link(settings, type, answer.Used.Concat(parameters.Except(criteria)));
        var items = answer.Matches.Select(match => new BundleItem(view.Of(match)) { SearchMode = "match" })
            .Concat(answer.Included.Select(included => new BundleItem(view.Of(included)) { SearchMode = "include" }));
        if (answer.Ignored.Count > 0)
        {
            items = items.Append(new BundleItem(null) { Found = answer.Ignored, SearchMode = "outcome" });
        }

        return new("searchset", settings.PublicUrl, [.. items])
        {
            Total = answer.Total,
            Self = self,
            Next = answer.NextCursor is { } cursor
                ? $"{self}{(self.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_cursor={cursor}"
                : null,
        };
    }

    private static async Task<List<KeyValuePair<string, string>>> ParametersAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var pairs = ViewRequest.Pairs(request.Query).ToList();
        if (HttpMethods.IsPost(request.Method) && request.HasFormContentType)
        {
            FhirRequest.RefuseEncoded(request);
            var form = await FormAsync(request, cancellationToken);
            pairs.AddRange(form.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty))));
        }
        else if (HttpMethods.IsPost(request.Method) && request.ContentLength is > 0)
        {
            throw new FhirException(IssueCode.NotSupported.With(415), "A search by POST sends application/x-www-form-urlencoded.");
        }

        return pairs;
    }

    private static async Task<IFormCollection> FormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new FhirException(IssueCode.TooCostly, "The form has more or longer parameters than this server reads.");
        }
    }

    private static string Link(InteropSettings settings, string type, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var query = string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return query.Length == 0 ? $"{settings.PublicUrl}/{type}" : $"{settings.PublicUrl}/{type}?{query}";
    }
}
