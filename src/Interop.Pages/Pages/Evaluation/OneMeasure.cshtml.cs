using Hl7.Fhir.Model;
using Interop.Pages.Looks.Measured;
using Microsoft.AspNetCore.Mvc;
using Span = Interop.Pages.Looks.Measured.Span;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>One measure: month by month, by groups of people, by district, and how it is counted.</summary>
public sealed class OneMeasureModel : MeasurePage
{
    [BindProperty(SupportsGet = true)]
    public string? Id { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Period { get; set; }

    public Measure Measure { get; private set; } = new();

    /// <summary>All reports of it, the first period first.</summary>
    public IReadOnlyList<Reported> Reports { get; private set; } = [];

    public IReadOnlyList<Reported> Months => [.. Reports.Where(report => report.Span.Months == 1)];

    /// <summary>The report whose groups are shown; null where there is none of a longer period.</summary>
    public Reported? Shown { get; private set; }

    /// <summary>What the measure comes to, in the order of its reports: one, or several.</summary>
    public IReadOnlyList<string> Parts => [.. Reports.SelectMany(report => report.Parts.Select(part => part.Code)).Distinct()];

    public async Task<IActionResult> OnGetAsync()
    {
        await LoadAsync();
        if (Known.FirstOrDefault(measure => IdOf(measure) == Id) is not { } known)
        {
            return NotFound();
        }

        Measure = known;
        Reports = await ReportsOfAsync(known);
        var longer = Reports.Where(report => report.Span.Months > 1).OrderBy(report => report.Span.End).ThenBy(report => report.Span.Months)
            .ToList();
        Shown = longer.Find(report => report.Span == Span.Read(Period)) ?? longer.LastOrDefault();
        return Page();
    }

    /// <summary>The picture of one thing that the measure comes to, from month to month.</summary>
    public LinePicture PictureOf(string code) => new(
        T["{0}, month by month", T[TitleOf(Measure)]],
        [.. Months.Select(report => (MonthOf(report.Span), FigureOf(report, code)))],
        TargetOf(Measure, code).Value);

    /// <summary>Where the site's districts lie to each other, with the figure of each.</summary>
    public TileMap MapOf(ReportedKind districts) => new(T["{0}, by district", T[TitleOf(Measure)]], Site.Map, districts.Rows);

    public static Said FigureOf(Reported report, string code) =>
        report.Parts.FirstOrDefault(part => part.Code == code)?.All.Score ?? Said.Nothing;

    /// <summary>The figure of a group in each part of the report that is shown.</summary>
    public Said FigureOf(string part, string kind, string group) => Shown?.Parts.FirstOrDefault(it => it.Code == part)?.Kinds
        .FirstOrDefault(it => it.Code == kind)?.Rows.FirstOrDefault(row => row.Code == group)?.Score ?? Said.Nothing;
}
