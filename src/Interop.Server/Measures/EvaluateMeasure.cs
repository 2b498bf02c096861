using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Measures;

/// <summary>
/// <c>Measure/[id]/$evaluate-measure</c> (https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html): the summary of a period, as a
/// MeasureReport. It is made once, and is the same whoever asks again.
/// </summary>
internal static class EvaluateMeasure
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Measure/{id}/$evaluate-measure", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Measure/{id}/$evaluate-measure", FhirInteraction.Operation, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        string id, Caller caller, HttpRequest request, AskedReports reports, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var view = ViewRequest.Of(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("periodStart", "periodEnd", "reportType");
        var measure = FhirRequest.Key("Measure", id);
        var result = await reports.FindAsync(caller, measure, () => PeriodOf(input), cancellationToken);
        return Read.Answer(result, measure.ToString(), view, Preconditions.None);
    }

    /// <summary>The first and the last day.</summary>
    private static (DateOnly First, DateOnly Last) PeriodOf(OperationInput input)
    {
        if (input["reportType"] is not (null or "summary"))
        {
            throw new FhirException(
                IssueCode.NotSupported, "The parameter reportType is summary: there are none of single persons, and no lists of persons.");
        }

        return DaysOf(input);
    }

    /// <summary>The first and the last day of a measurement period.</summary>
    /// <exception cref="FhirException">400: one is missing, or no day, month or year.</exception>
    public static (DateOnly First, DateOnly Last) DaysOf(OperationInput input) =>
        (DayOf(input, "periodStart", interval => interval.Low), DayOf(input, "periodEnd", interval => interval.High));

    private static DateOnly DayOf(OperationInput input, string name, Func<DateInterval, long> end) =>
        input.Require(name) is { Length: 4 or 7 or 10 } text && DateInterval.TryParse(text) is { } interval
            ? DateOnly.FromDateTime(Instants.ToDateTimeOffset(end(interval)).UtcDateTime)
            : throw new FhirException(IssueCode.Value, $"The parameter {name} must be a day, a month or a year.");
}
