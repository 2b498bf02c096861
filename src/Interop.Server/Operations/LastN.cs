using System.Globalization;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>Observation/$lastn</c>: https://hl7.org/fhir/R4/observation-operation-lastn.html. The criteria of a search, of which one names the
/// patient or subject, and <c>max</c>, how many of each code (1).
/// </summary>
internal static class LastN
{
    private const string Most = "max";

    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Observation/$lastn", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Observation/$lastn", FhirInteraction.Operation, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, SiftedSearches searches, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var pairs = (await ParametersAsync(request, cancellationToken)).Where(pair => pair.Key is not ("_format" or "_pretty")).ToList();
        var criteria = pairs.Where(pair => pair.Key != Most).ToList();
        if (!criteria.Any(pair => pair.Key is "patient" or "subject" or "subject:Patient"))
        {
            throw new FhirException(IssueCode.Required, "$lastn is about a patient or subject: give one of these parameters.");
        }

        var newest = new NewestOfEachCode(MostOf(pairs));
        var found = await searches.FindAsync(caller, "Observation", "$lastn", criteria, "-date", newest.Takes, cancellationToken);
        return FhirResult.Bundle(new(
            "searchset", settings.PublicUrl, [.. found.Select(disclosure => new BundleItem(disclosure) { SearchMode = "match" })])
        {
            Total = found.Count,
        });
    }

    /// <summary>From the query, a form, or a Parameters resource.</summary>
    private static async Task<IReadOnlyList<KeyValuePair<string, string>>> ParametersAsync(
        HttpRequest request, CancellationToken cancellationToken) => HttpMethods.IsPost(request.Method) && !request.HasFormContentType
            ? [.. (await OperationInput.ReadAsync(request, cancellationToken)).Values]
            : await Search.ParametersAsync(request, cancellationToken);

    private static int MostOf(List<KeyValuePair<string, string>> pairs)
    {
        var given = pairs.Where(pair => pair.Key == Most).Select(pair => pair.Value).ToList();
        return given.Count == 0 ? 1
            : given is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? most
            : throw new FhirException(IssueCode.Value, $"The parameter {Most} must be a whole number from 1, given once.");
    }
}
