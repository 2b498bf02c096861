using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Measures.Collecting;

/// <summary>
/// <c>Measure/[id]/$collect-data</c> (https://hl7.org/fhir/R4/measure-operation-collect-data.html): Parameters with a MeasureReport of type
/// data-collection and each resource that the measure counts now, as the caller sees it. Neither <c>practitioner</c> nor
/// <c>lastReceivedOn</c> is taken: an answer of what changed since could not tell what is not counted any more.
/// </summary>
internal static class CollectData
{
    private const string Subject = "subject";

    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Measure/{id}/$collect-data", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Measure/{id}/$collect-data", FhirInteraction.Operation, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        string id, Caller caller, HttpRequest request, CollectedData data, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("periodStart", "periodEnd", Subject);
        var measure = FhirRequest.Key("Measure", id);
        return await data.FindAsync(caller, measure, () => AskedOf(input), cancellationToken) is { } found
            ? FhirResult.Parameters(found)
            : FhirResult.Problem(IssueCode.NotFound, $"{measure} is not known.");
    }

    private static AskedData AskedOf(OperationInput input)
    {
        var (first, last) = EvaluateMeasure.DaysOf(input);
        return new(first, last, SubjectOf(input));
    }

    private static string? SubjectOf(OperationInput input) => input[Subject]?.Split('/') switch
    {
        null => null,
        ["Patient", var id] when ResourceKey.IsId(id) => id,
        _ => throw new FhirException(IssueCode.Value, "The parameter subject must be Patient/[id]: data of groups is not collected."),
    };
}
