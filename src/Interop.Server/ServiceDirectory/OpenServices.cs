using System.Globalization;
using System.Text.RegularExpressions;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.ServiceDirectory;

/// <summary>
/// <c>HealthcareService/$open</c>: the criteria of a search of HealthcareService, and <c>at</c>, a moment (now). In the answer are those
/// that say that they are open then.
/// </summary>
internal static partial class OpenServices
{
    private const string At = "at";

    public static void Map(FhirRoutes fhir) => fhir.Get("/HealthcareService/$open", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        SiftedSearches searches,
        InteropSettings settings,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var pairs = (await Search.ParametersAsync(request, cancellationToken))
            .Where(pair => pair.Key is not ("_format" or "_pretty")).ToList();
        var at = TimeZoneInfo.ConvertTime(MomentOf(pairs) ?? clock.GetUtcNow(), settings.TimeZone);
        var found = await searches.FindAsync(
            caller,
            "HealthcareService",
            "$open",
            [.. pairs.Where(pair => pair.Key != At)],
            "name",
            service => OpeningHours.IsOpen(service, at),
            cancellationToken);
        return FhirResult.Bundle(new(
            "searchset", settings.PublicUrl, [.. found.Select(disclosure => new BundleItem(disclosure) { SearchMode = "match" })])
        {
            Total = found.Count,
        });
    }

    private static DateTimeOffset? MomentOf(List<KeyValuePair<string, string>> pairs)
    {
        var given = pairs.Where(pair => pair.Key == At).Select(pair => pair.Value).ToList();
        return given.Count == 0 ? null
            : given is [var text] && Zoned().IsMatch(text)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment
            : throw new FhirException(IssueCode.Value, $"The parameter {At} must be an instant with its zone, given once.");
    }

    [GeneratedRegex("T.*(Z|[+-][0-9]{2}:[0-9]{2})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Zoned();
}
