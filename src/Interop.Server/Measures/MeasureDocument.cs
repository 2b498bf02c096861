using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Server.Measures;

/// <summary>A measure as a Measure (https://hl7.org/fhir/R4/measure.html), so that a reader can check what is counted.</summary>
internal static class MeasureDocument
{
    private const string FhirPath = "text/fhirpath";

    public static MappedResource Of(CrisisMeasure measure, EvaluationTable table, Strata strata) => MappedResource.Of(new Measure
    {
        Id = measure.Id,
        Url = measure.Url,
        Version = CrisisMeasure.Version,
        Name = string.Concat(measure.Id.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
        Title = measure.Title,
        Status = PublicationStatus.Active,
        Description = $"{measure.Counted} {measure.Yes} Counts from 1 to 10, and counts by which those could be worked out, are masked.",
        Scoring = new(
            "http://terminology.hl7.org/CodeSystem/measure-scoring",
            measure.Kind == MeasureKind.Share ? "proportion" : "continuous-variable"),
        ImprovementNotation = measure.IsBetterHigh is { } isHigh ? MeasureWords.Improvement(isHigh) : null,
        Group = [.. MeasureWords.GroupsOf(measure.Kind).Select(code => Group(measure, code, table, strata))],
    });

    private static Measure.GroupComponent Group(CrisisMeasure measure, string code, EvaluationTable table, Strata strata)
    {
        var (cases, yes, missing) = MeasureWords.PopulationsOf(measure.Kind);
        return new()
        {
            Extension = table.Targets.TryGetValue((measure.Id, code), out var target)
                ? [new(MeasureWords.Target, MeasureWords.Figure(measure.Kind, target, table.Currency))]
                : [],
            Code = MeasureWords.Group(code),
            Population =
            [
                Population(cases, measure.Counted, measure.Cases is "encounter" or "follow-up"
                    ? "Encounter.where(status = 'finished')"
                    : measure.HasGroups ? "Task" : "PractitionerRole"),
                Population(yes, measure.Yes, measure.Expression),
                .. measure.Missing is { } text ? [Population(missing, text, $"({measure.Expression}).empty()")]
                    : Array.Empty<Measure.PopulationComponent>(),
            ],
            Stratifier =
            [
                .. (measure.HasGroups ? strata.Kinds : []).Select(kind => new Measure.StratifierComponent
                {
                    Code = MeasureWords.Kind(kind),
                    Criteria = new()
                    {
                        Language = FhirPath,
                        Expression_ = kind.Code switch
                        {
                            "response_model" => "ServiceRequest.code",
                            "sexual_orientation" => ObservationOf(Strata.OrientationCode),
                            "housing" => ObservationOf(Strata.HousingCode),
                            _ => "Patient",
                        },
                        Description = $"{kind.Display}; reports of months have none.",
                    },
                }),
            ],
        };
    }

    private static string ObservationOf(string code) => $"Observation.where(code.coding.code = '{code}').value";

    private static Measure.PopulationComponent Population(string code, string text, string expression) => new()
    {
        Code = MeasureWords.Population(code),
        Description = text,
        Criteria = new() { Language = FhirPath, Expression_ = expression, Description = text },
    };
}
