using Hl7.Fhir.Model;

namespace Interop.Pages.Looks.Measured;

/// <summary>A MeasureReport of the programme, taken apart for a page. Nothing is computed: each number is one of the report's.</summary>
public sealed class Reported
{
    private static readonly string MissingShare = Codes.Extension("measure-missing-share");
    private static readonly string Comparison = Codes.Extension("measure-comparison");

    private Reported(MeasureReport report, Span span)
    {
        Id = report.Id ?? string.Empty;
        Span = span;
        Measure = (report.Measure ?? string.Empty).Split('|')[0].Split('/')[^1];
        Canonical = report.Measure ?? string.Empty;
        Version = report.Meta?.VersionId;
        IsSigned = report.Status == MeasureReport.MeasureReportStatus.Complete;
        Changed = report.Meta?.LastUpdated;
        Parts = [.. report.Group.Select(Part)];
    }

    public string Id { get; }

    public Span Span { get; }

    /// <summary>Id of the measure.</summary>
    public string Measure { get; }

    public string Canonical { get; }

    public string? Version { get; }

    /// <summary>Somebody of the administration has signed it; nothing changes it any more.</summary>
    public bool IsSigned { get; }

    /// <summary>When it was signed, or made where it is not signed.</summary>
    public DateTimeOffset? Changed { get; }

    public IReadOnlyList<ReportedPart> Parts { get; }

    /// <summary>What somebody reads who reads one number: the share, the median, the mean.</summary>
    public ReportedPart? Main => Parts.FirstOrDefault(part => part.Code is "share" or "p50" or "mean" or "mean-hours") ?? First;

    public ReportedRow? All => First?.All;

    private ReportedPart? First => Parts is [var first, ..] ? first : null;

    /// <summary>Null for a report of another kind of period, and for one without figures.</summary>
    public static Reported? Of(MeasureReport report) =>
        Span.Of(report.Period) is { } span && report.Group.Count > 0 ? new(report, span) : null;

    private static ReportedPart Part(MeasureReport.GroupComponent group)
    {
        var before = group.Extension.FirstOrDefault(extension => extension.Url == Comparison);
        return new(
            CodeOf(group.Code),
            Row(group.Code, group.Population.Select(it => (it.Code, it.CountElement)), group, group.MeasureScore),
            [
                .. group.Stratifier.Select(kind => new ReportedKind(
                    CodeOf(kind.Code.FirstOrDefault()),
                    Codes.Said(kind.Code.FirstOrDefault()),
                    [
                        .. kind.Stratum.Select(stratum => Row(
                            stratum.Value, stratum.Population.Select(it => (it.Code, it.CountElement)), stratum, stratum.MeasureScore)),
                    ])),
            ],
            before is null ? null : Span.Of(Value(before, "period") as Period),
            Said.Of(Value(before, "score")));
    }

    private static ReportedRow Row(
        CodeableConcept? name, IEnumerable<(CodeableConcept? Code, Integer? Count)> populations, IExtendable place, Quantity? score)
    {
        var counts = populations.Select(it => (Code: CodeOf(it.Code), it.Count)).DistinctBy(it => it.Code)
            .ToDictionary(it => it.Code, it => Said.Of(it.Count));
        return new(
            CodeOf(name),
            Codes.Said(name),
            counts.GetValueOrDefault("denominator") ?? counts.GetValueOrDefault("initial-population") ?? Said.Nothing,
            counts.GetValueOrDefault("numerator") ?? counts.GetValueOrDefault("measure-population") ?? Said.Nothing,
            counts.GetValueOrDefault("denominator-exclusion") ?? counts.GetValueOrDefault("measure-population-exclusion") ?? Said.Nothing,
            Said.Of(place.Extension.FirstOrDefault(extension => extension.Url == MissingShare)?.Value),
            Said.Of(score));
    }

    private static DataType? Value(Extension? extension, string name) =>
        extension?.Extension.FirstOrDefault(part => part.Url == name)?.Value;

    private static string CodeOf(CodeableConcept? concept) => concept?.Coding.FirstOrDefault()?.Code ?? concept?.Text ?? string.Empty;
}

/// <summary>What a group of a report comes to: a share, a median, a mean.</summary>
/// <param name="Code">Of the code system measure-group.</param>
/// <param name="Kinds">Groups of people, one kind at a time; none in reports of months.</param>
/// <param name="BeforeSpan">The period before it, where that was reported.</param>
public sealed record ReportedPart(string Code, ReportedRow All, IReadOnlyList<ReportedKind> Kinds, Span? BeforeSpan, Said Before);

/// <summary>A kind of groups, such as race or district.</summary>
public sealed record ReportedKind(string Code, string Name, IReadOnlyList<ReportedRow> Rows);

/// <summary>All cases, or those of one group of people.</summary>
/// <param name="Cases">How many there are: the denominator.</param>
/// <param name="Counted">How many count; of times, costs and hours, how many are known.</param>
/// <param name="Missing">Of how many nobody said it.</param>
/// <param name="MissingShare">In percent of the cases.</param>
public sealed record ReportedRow(string Code, string Name, Said Cases, Said Counted, Said Missing, Said MissingShare, Said Score)
{
    public bool HasMasked => Cases.IsMasked || Counted.IsMasked || Missing.IsMasked || Score.IsMasked;
}
