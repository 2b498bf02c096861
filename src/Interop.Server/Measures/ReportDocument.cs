using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using static Hl7.Fhir.Model.MeasureReport;

namespace Interop.Server.Measures;

/// <summary>
/// A MeasureReport of one measure and one period (https://hl7.org/fhir/R4/measurereport.html). Each group has its denominator and the share
/// that is missing, and says where a figure is masked.
/// </summary>
internal sealed class ReportDocument(
    CrisisMeasure measure, EvaluationTable table, Strata strata, PeriodFigures figures, (Period Period, PeriodFigures Figures)? before)
{
    private const string Caution =
        "A difference between two periods is no effect of the programme: other things have changed as well, and people who were counted"
        + " once may be counted again.";

    /// <param name="instant">When it is made, UTC microseconds.</param>
    public MappedResource Of(string id, Period period, string custodian, long instant) => MappedResource.Of(new MeasureReport
    {
        Id = id,
        Status = MeasureReportStatus.Pending,
        Type = MeasureReportType.Summary,
        Measure = measure.Canonical,
        Date = Instants.ToDateTimeOffset(instant).ToDateTimeText(),
        Reporter = new($"Organization/{custodian}"),
        Period = PeriodOf(period),
        ImprovementNotation = measure.IsBetterHigh is { } isHigh ? MeasureWords.Improvement(isHigh) : null,
        Group = [.. MeasureWords.GroupsOf(measure.Kind).Select(code => Group(code, period))],
    });

    private GroupComponent Group(string code, Period period)
    {
        var figure = figures.Of(measure, string.Empty, string.Empty);
        return new()
        {
            Extension =
            [
                MissingShare(figure),
                .. before is { } earlier ? [Comparison(code, earlier.Period, earlier.Figures)] : Array.Empty<Extension>(),
            ],
            Code = MeasureWords.Group(code),
            Population = [.. Counts(figure).Select(count => new PopulationComponent
            {
                Code = MeasureWords.Population(count.Code), CountElement = Integer(count.Count),
            })],
            MeasureScore = Score(code, figures, string.Empty, string.Empty),
            Stratifier = measure.HasGroups ? [.. strata.KindsOf(period).Select(kind => Stratifier(code, kind))] : [],
        };
    }

    private StratifierComponent Stratifier(string code, GroupKind kind) => new()
    {
        Code = [MeasureWords.Kind(kind)],
        Stratum =
        [
            .. kind.Groups.Select(group => new StratifierGroupComponent
            {
                Extension = [MissingShare(figures.Of(measure, kind.Code, group.Code))],
                Value = kind.Code == "district" && group.Code is not (Strata.Unknown or Strata.Other)
                    ? new() { Text = group.Display }
                    : new(group.System ?? MeasureWords.Groups, group.Code) { Text = group.Display },
                Population = [.. Counts(figures.Of(measure, kind.Code, group.Code)).Select(count => new StratifierGroupPopulationComponent
                {
                    Code = MeasureWords.Population(count.Code), CountElement = Integer(count.Count),
                })],
                MeasureScore = Score(code, figures, kind.Code, group.Code),
            }),
        ],
    };

    private IEnumerable<(string Code, long? Count)> Counts(Figure figure)
    {
        var (cases, yes, missing) = MeasureWords.PopulationsOf(measure.Kind);
        return
        [
            .. measure.Kind == MeasureKind.Share ? [("initial-population", figure.Cases)] : Array.Empty<(string, long?)>(),
            (cases, figure.Cases),
            (yes, figure.Yes),
            (missing, figure.Missing),
        ];
    }

    /// <summary>What a group comes to. It is shown where all counts are of which it is made.</summary>
    private Quantity Score(string code, PeriodFigures of, string kind, string group)
    {
        var figure = of.Of(measure, kind, group);
        if (!figure.IsShown)
        {
            return new() { Extension = [MeasureWords.Absent("masked")] };
        }

        var known = measure.Kind == MeasureKind.Share ? figure.Cases - figure.Missing : figure.Yes;
        if (known == 0)
        {
            return new() { Extension = [MeasureWords.Absent("not-applicable")] };
        }

        return measure.Kind switch
        {
            MeasureKind.Share => Said(ShareOf(figure.Yes!.Value, known!.Value)),
            MeasureKind.Time => of.PercentileOf(measure, kind, group, code == "p50" ? 50 : 90) is { } seconds
                ? Said((seconds + 59) / 60)
                : new() { Extension = [MeasureWords.Absent("masked")] },
            _ => Rounded(of.AmountOf(measure, kind, group)!.Value / 100m is var amount && code is "total" or "hours" ? amount
                : code is "mean" or "mean-hours" ? amount / known!.Value
                : amount * table.Funding[code]),
        };
    }

    private Quantity Rounded(decimal amount) => Said(Math.Round(amount, 2, MidpointRounding.AwayFromZero));

    private Quantity Said(decimal value) => MeasureWords.Figure(measure.Kind, value, table.Currency);

    private static decimal ShareOf(long part, long whole) => Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero);

    private static Extension MissingShare(Figure figure) => new(
        MeasureWords.MissingShare,
        figure is not { Cases: { } cases, Missing: { } missing } ? new FhirDecimal { Extension = [MeasureWords.Absent("masked")] }
            : cases == 0 ? new FhirDecimal { Extension = [MeasureWords.Absent("not-applicable")] }
            : new FhirDecimal(ShareOf(missing, cases)));

    private Extension Comparison(string code, Period period, PeriodFigures of) => new()
    {
        Url = MeasureWords.Comparison,
        Extension =
        [
            new("period", PeriodOf(period)),
            new("score", Score(code, of, string.Empty, string.Empty)),
            new("caution", new FhirString(Caution)),
        ],
    };

    private static Integer Integer(long? count) =>
        count is { } known ? new((int)known) : new() { Extension = [MeasureWords.Absent("masked")] };

    private static Hl7.Fhir.Model.Period PeriodOf(Period period) => new()
    {
        Start = period.Start.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        End = period.End.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
    };
}
