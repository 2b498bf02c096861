using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Server.Guard;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>
/// FHIR search in a compartment, of one type or of all (<c>*</c>): https://hl7.org/fhir/R4/http.html#search. A compartment is what points
/// at a resource; whether that resource is there, or seen, is not asked.
/// </summary>
internal static class CompartmentSearch
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/{compartment}/{id}/{type}", FhirInteraction.Search, HandleAsync);
        fhir.Post("/{compartment}/{id}/{type}/_search", FhirInteraction.Search, HandleAsync);
        fhir.Post(
            "/{compartment}/{id}/_search",
            FhirInteraction.Search,
            (
                string compartment,
                string id,
                Caller caller,
                HttpRequest request,
                GuardedSearches searches,
                GuardedAreas areas,
                InteropSettings settings,
                CancellationToken cancellationToken) =>
            HandleAsync(compartment, id, "*", caller, request, searches, areas, settings, cancellationToken));
    }

    private static async Task<IResult> HandleAsync(
        string compartment,
        string id,
        string type,
        Caller caller,
        HttpRequest request,
        GuardedSearches searches,
        GuardedAreas areas,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(compartment, id);
        if (type != "*")
        {
            FhirRequest.RequireType(type);
        }

        if (!Compartments.All.Contains(compartment))
        {
            throw new FhirException(
                IssueCode.NotSupported.With(404), $"{compartment} has no compartment; these have: {string.Join(", ", Compartments.All)}.");
        }

        var parameters = await Search.ParametersAsync(request, cancellationToken);
        var found = type == "*"
            ? await AllAsync(caller, key, parameters, areas, settings, cancellationToken)
            : await Search.BundleAsync(
                caller, type, key, parameters, Search.IsLenient(request), searches, settings, cancellationToken);
        return FhirResult.Bundle(found, Preconditions.Of(request));
    }

    private static async Task<FhirBundle> AllAsync(
        Caller caller,
        ResourceKey compartment,
        List<KeyValuePair<string, string>> parameters,
        GuardedAreas areas,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var types = Compartments.Types(compartment.Type).Where(type => caller.Scopes.Allows(type, SmartRight.Search)).ToList();
        if (types.Count == 0)
        {
            throw FhirException.InsufficientScope("The token's scopes do not allow .s on any type of the compartment.");
        }

        var view = ViewRequest.Take(parameters, out var criteria);
        var area = new SearchArea($"{compartment}/*", compartment, types);
        var answer = await areas.SearchAsync(caller, area, FhirInteraction.Search, criteria, cancellationToken);
        return Search.BundleOf(answer, view, area.Path, answer.Used.Concat(parameters.Except(criteria)), settings);
    }
}
