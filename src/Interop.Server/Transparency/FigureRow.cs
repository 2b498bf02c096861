using System.Text.Json;
using Interop.Server.Http;
using Interop.Server.Measures;
using Interop.Sharing.Json;
using Interop.Sharing.Redaction;

namespace Interop.Server.Transparency;

/// <summary>One figure of a published report, in plain names. Each is read from the report's own bytes: nothing is computed.</summary>
/// <param name="Figure">What it is: share, p50, mean ...</param>
/// <param name="Kind">By what the group is told apart; empty for all cases.</param>
/// <param name="Cases">The denominator; empty where it is not shown, as are all numbers.</param>
/// <param name="WhyEmpty">masked, or not-applicable, where the value is empty.</param>
internal sealed record FigureRow(
    string Measure, string Start, string End, string Figure, string Kind, string Group, string Name, string Cases, string Counted,
    string Missing, string MissingPercent, string Value, string Unit, string WhyEmpty)
{
    public static readonly IReadOnlyList<string> Names =
    [
        "measure", "period_start", "period_end", "figure", "group_kind", "group", "group_name", "cases", "counted", "missing",
        "missing_percent", "value", "unit", "why_empty",
    ];

    private const string AbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    public IReadOnlyList<string> Cells =>
        [Measure, Start, End, Figure, Kind, Group, Name, Cases, Counted, Missing, MissingPercent, Value, Unit, WhyEmpty];

    /// <summary>All figures of a report, in its order.</summary>
    public static IReadOnlyList<FigureRow> Of(Disclosure report)
    {
        using var document = JsonDocument.Parse(report.Body, FhirJson.Parsing);
        var root = document.RootElement;
        var measure = CrisisMeasure.Of(root.Text("measure"))?.Id ?? string.Empty;
        var period = root.At("period");
        var (start, end) = (period.Text("start") ?? string.Empty, period.Text("end") ?? string.Empty);
        var rows = new List<FigureRow>();
        foreach (var group in root.Items("group"))
        {
            var figure = CodeOf(group.At("code"));
            rows.Add(Row(group, figure, string.Empty, string.Empty, string.Empty));
            foreach (var kind in group.Items("stratifier"))
            {
                var code = kind.Items("code").Select(CodeOf).FirstOrDefault() ?? string.Empty;
                rows.AddRange(kind.Items("stratum").Select(stratum =>
                    Row(stratum, figure, code, CodeOf(stratum.At("value")), stratum.At("value").Text("text") ?? string.Empty)));
            }
        }

        return rows;

        FigureRow Row(JsonElement place, string figure, string kind, string group, string name)
        {
            var counts = place.Items("population").DistinctBy(item => CodeOf(item.At("code")))
                .ToDictionary(item => CodeOf(item.At("code")), item => Number(item.At("count")));
            var score = place.At("measureScore");
            return new(
                measure, start, end, figure, kind, group, name,
                counts.GetValueOrDefault("denominator") ?? counts.GetValueOrDefault("initial-population") ?? string.Empty,
                counts.GetValueOrDefault("numerator") ?? counts.GetValueOrDefault("measure-population") ?? string.Empty,
                counts.GetValueOrDefault("denominator-exclusion") ?? counts.GetValueOrDefault("measure-population-exclusion")
                    ?? string.Empty,
                Number(place.Extension(MeasureWords.MissingShare).At("valueDecimal")),
                Number(score.At("value")),
                score.Text("code") ?? string.Empty,
                score.Extension(AbsentReason).Text("valueCode") ?? string.Empty);
        }
    }

    /// <summary>Digits as the report has them.</summary>
    private static string Number(JsonElement json) => json.ValueKind == JsonValueKind.Number ? json.GetRawText() : string.Empty;

    private static string CodeOf(JsonElement concept) =>
        concept.Items("coding").Select(coding => coding.Text("code")).FirstOrDefault() ?? concept.Text("text") ?? string.Empty;
}
