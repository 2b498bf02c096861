using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Interop.Pages.Looks.Measured;
using Span = Interop.Pages.Looks.Measured.Span;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>What the pages about measures have in common: measures and reports as the person may read them.</summary>
public abstract class MeasurePage : AppPage
{
    private const string Measures = Codes.Base + "/Measure/";
    private static readonly string Target = Codes.Extension("measure-target");

    /// <summary>The measures of this server, in the order in which they are told.</summary>
    public IReadOnlyList<Measure> Known { get; private set; } = [];

    /// <summary>The periods of which there are reports, the last first.</summary>
    public IReadOnlyList<Span> Periods { get; private set; } = [];

    /// <summary>What a measure is called here.</summary>
    public static string TitleOf(Measure measure) => MeasureNames.Title(IdOf(measure), measure.Title);

    /// <summary>The last word of its url, which is what its reports name.</summary>
    public static string IdOf(Measure measure) => (measure.Url ?? string.Empty).Split('/')[^1];

    /// <summary>What the site plans that a group of the measure comes to.</summary>
    public static Said TargetOf(Measure? measure, string code) => Said.Of(measure?.Group
        .FirstOrDefault(group => group.Code?.Coding.FirstOrDefault()?.Code == code)?.Extension
        .FirstOrDefault(extension => extension.Url == Target)?.Value);

    /// <summary>Whether more is better; null where neither is.</summary>
    public static bool? IsBetterHigh(Measure? measure) => measure?.ImprovementNotation?.Coding.FirstOrDefault()?.Code switch
    {
        "increase" => true, "decrease" => false, _ => null,
    };

    /// <summary>Reads the measures, and which periods are reported.</summary>
    protected async System.Threading.Tasks.Task LoadAsync()
    {
        Known =
        [
            .. (await Api.FindAsync<Measure>("Measure?_count=50"))
                .Where(measure => measure.Url?.StartsWith(Measures, StringComparison.Ordinal) == true && IdOf(measure) == measure.Id)
                .OrderBy(measure => Array.IndexOf(Order, measure.Id) is >= 0 and var at ? at : int.MaxValue)
                .ThenBy(measure => measure.Id, StringComparer.Ordinal),
        ];
        if (Known is [var first, ..])
        {
            var found = await Api.FindAsync<MeasureReport>(
                $"MeasureReport?measure={Uri.EscapeDataString(first.Url!)}&_elements=measure,period,status&_count=200");
            Periods =
            [
                .. found.Select(report => Span.Of(report.Period)).OfType<Span>().Distinct()
                    .OrderByDescending(span => span.End).ThenByDescending(span => span.Months),
            ];
        }
    }

    /// <summary>The reports of one period, one of each measure.</summary>
    protected async Task<IReadOnlyList<Reported>> ReportsAsync(Span span) => ByMeasure(
        await Api.FindAsync<MeasureReport>($"MeasureReport?{span.Query}&_count=100"));

    /// <summary>All reports of one measure, the first period first.</summary>
    protected async Task<IReadOnlyList<Reported>> ReportsOfAsync(Measure measure) =>
    [
        .. (await Api.FindAsync<MeasureReport>($"MeasureReport?measure={Uri.EscapeDataString(measure.Url!)}&_count=200"))
            .Select(Reported.Of).OfType<Reported>().OrderBy(report => report.Span.Start).ThenBy(report => report.Span.Months),
    ];

    /// <summary>Such as "Jun 25" under a picture.</summary>
    public static string MonthOf(Span span) => span.Start.ToString("MMM yy", CultureInfo.CurrentCulture);

    private IReadOnlyList<Reported> ByMeasure(IEnumerable<MeasureReport> found)
    {
        var reports = found.Select(Reported.Of).OfType<Reported>()
            .Where(report => report.Canonical.StartsWith(Measures, StringComparison.Ordinal))
            .DistinctBy(report => report.Measure).ToDictionary(report => report.Measure);
        return [.. Known.Select(measure => reports.GetValueOrDefault(IdOf(measure))).OfType<Reported>()];
    }

    internal static readonly string[] Order =
    [
        "response-time", "follow-up-48h", "ed-transport", "arrest", "force-used", "repeat-contact-30d", "referral-completed",
        "call-answered", "cost", "training-complete", "refresher-current", "training-hours", "hands-on-hours", "staff-turnover",
    ];
}
