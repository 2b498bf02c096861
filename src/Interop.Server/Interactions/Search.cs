using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Guard.Searches;
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
        return FhirResult.Bundle(
            await BundleAsync(caller, type, null, parameters, IsLenient(request), searches, settings, cancellationToken),
            Preconditions.Of(request));
    }

    /// <summary>Whether parameters that are not understood are left out, and said so, instead of refused.</summary>
    public static bool IsLenient(HttpRequest request) =>
        request.Headers["Prefer"].Any(header => header?.Contains("handling=lenient", StringComparison.Ordinal) == true);

    /// <summary>What is found, as a searchset: alone or inside the answer to a batch.</summary>
    /// <param name="compartment">In whose compartment it is searched; null for everywhere.</param>
    public static async Task<FhirBundle> BundleAsync(
        Caller caller,
        string type,
        ResourceKey? compartment,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        bool lenient,
        GuardedSearches searches,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var view = ViewRequest.Take(parameters, out var criteria);
        var answer = await searches.SearchAsync(caller, type, compartment, criteria, lenient, cancellationToken);
        var path = compartment is null ? type : $"{compartment}/{type}";
        return BundleOf(answer, view, path, answer.Used.Concat(parameters.Except(criteria)), settings);
    }

    /// <param name="path">Below the server's address.</param>
    /// <param name="used">The parameters that are answered.</param>
    public static FhirBundle BundleOf(
        SearchAnswer answer, ViewRequest view, string path, IEnumerable<KeyValuePair<string, string>> used, InteropSettings settings)
    {
        var self = Link(settings, path, used);
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
            Next = answer.NextCursor is { } cursor ? Next(self, cursor) : null,
        };
    }

    /// <summary>The link to the next page.</summary>
    public static string Next(string self, string cursor) =>
        $"{self}{(self.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_cursor={cursor}";

    public static async Task<List<KeyValuePair<string, string>>> ParametersAsync(HttpRequest request, CancellationToken cancellationToken)
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

    public static string Link(InteropSettings settings, string path, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var url = path.Length == 0 ? settings.PublicUrl : $"{settings.PublicUrl}/{path}";
        var query = string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return query.Length == 0 ? url : $"{url}?{query}";
    }
}
