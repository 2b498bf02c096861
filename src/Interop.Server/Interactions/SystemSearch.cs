using Interop.Fhir.Schema;
using Interop.Server.Guard.Searches;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR search across the types that <c>_type</c> names, by GET and POST: https://hl7.org/fhir/R4/http.html#search</summary>
internal static class SystemSearch
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("", FhirInteraction.SearchSystem, HandleAsync);
        fhir.Post("/_search", FhirInteraction.SearchSystem, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, GuardedAreas areas, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var parameters = await Search.ParametersAsync(request, cancellationToken);
        var types = TypesOf(parameters);
        foreach (var type in types)
        {
            caller.Demand(type, SmartRight.Search);
        }

        var view = ViewRequest.Take(parameters, out var criteria);
        var answer = await areas.SearchAsync(
            caller, new(string.Empty, null, types), FhirInteraction.SearchSystem, criteria, cancellationToken);
        return FhirResult.Bundle(
            Search.BundleOf(answer, view, string.Empty, answer.Used.Concat(parameters.Except(criteria)), settings),
            Preconditions.Of(request));
    }

    /// <exception cref="FhirException">400: none are named, or one that R4 does not have.</exception>
    private static List<string> TypesOf(List<KeyValuePair<string, string>> parameters)
    {
        var types = parameters.Where(pair => pair.Key == "_type").SelectMany(pair => pair.Value.Split(',')).Distinct().ToList();
        return types.FirstOrDefault(type => !FhirFacts.R4.IsResourceType(type)) is { } unknown
            ? throw new FhirException(
                IssueCode.Value, unknown.Length is > 0 and < 40 && unknown.All(char.IsAsciiLetter)
                    ? $"_type: {unknown} is no resource type of R4."
                    : "_type: names of resource types are expected, with commas between them.")
            : types.Contains(GuardedAudit.Type) ? throw GuardedAudit.Apart()
            : types.Count > 0
                ? types
                : throw new FhirException(IssueCode.Required, "A search without a type in its path names the types: _type=Patient,Task.");
    }
}
