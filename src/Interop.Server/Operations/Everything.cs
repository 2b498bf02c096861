using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Fhir.Views;
using Interop.Server.Guard;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>Patient/[id]/$everything</c>: https://hl7.org/fhir/R4/patient-operation-everything.html. All of the patient's compartment that the
/// caller sees, in pages, each with the organisations, persons and places that its resources refer to.
/// </summary>
internal static class Everything
{
    private static readonly string[] Names = ["start", "end", "_since", "_type", "_count", "_cursor"];

    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Patient/{id}/$everything", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Patient/{id}/$everything", FhirInteraction.Operation, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedReads reads,
        GuardedAreas areas,
        SearchQueryParser queries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken, "_type")).Allow(Names);
        var area = AreaOf(caller, patient, input, queries);
        if (await reads.ReadPartAsync(caller, patient, cancellationToken) is var read and not ReadResult.Found)
        {
            return Read.Answer(read, patient.ToString(), new([], SummaryMode.False), Preconditions.None);
        }

        List<KeyValuePair<string, string>> pairs =
            [.. Names.Where(name => input[name] is not null).Select(name => KeyValuePair.Create(name, input[name]!))];
        var answer = await areas.SearchAsync(caller, area, FhirInteraction.Operation, pairs, cancellationToken);
        return FhirResult.Bundle(Search.BundleOf(answer, new([], SummaryMode.False), area.Path, answer.Used, settings));
    }

    /// <exception cref="FhirException">400.</exception>
    private static SearchArea AreaOf(Caller caller, ResourceKey patient, OperationInput input, SearchQueryParser queries)
    {
        var asked = input["_type"]?.Split(',');
        if (asked?.FirstOrDefault(type => !FhirFacts.R4.IsResourceType(type)) is not null)
        {
            throw new FhirException(IssueCode.Value, "The parameter _type must name resource types of R4, with commas between them.");
        }

        var compartment = Compartments.Types("Patient");
        List<string> types =
        [
            .. compartment.Where(type => (asked?.Contains(type) ?? true) && caller.Scopes.Allows(type, SmartRight.Search))
                .OrderBy(type => type == "Patient" ? 0 : 1),
        ];
        if (types.Count == 0)
        {
            throw asked?.Any(compartment.Contains) ?? true
                ? FhirException.InsufficientScope("The token's scopes do not allow .s on any of these types.")
                : new FhirException(IssueCode.Value, "The parameter _type names no type that is in a patient's compartment.");
        }

        var since = input["_since"] is { } instant
            ? queries.Parse("Patient", [KeyValuePair.Create("_lastUpdated", "ge" + instant)], lenient: false, now: 0).Query?.Criteria
                ?? throw new FhirException(IssueCode.Value, "The parameter _since must be a date or a time.")
            : [];
        var further = types.ToDictionary(
            type => type,
            IReadOnlyList<SearchCriterion> (type) => [.. since, .. CareDates.Within(queries, type, input["start"], input["end"])]);
        return new($"{patient}/$everything", patient, types)
        {
            Parameters = ["start", "end", "_since"],
            Further = type => further[type],
            Brings = type => !compartment.Contains(type) && (asked?.Contains(type) ?? true),
        };
    }
}
