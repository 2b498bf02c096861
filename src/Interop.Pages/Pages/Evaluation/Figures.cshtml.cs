using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks.Measured;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Span = Interop.Pages.Looks.Measured.Span;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>
/// What everybody may know of the programme: the reports that were signed, by the endpoint that gives them to anybody. Whoever is signed in
/// at this browser, nothing of that goes along.
/// </summary>
public sealed class FiguresModel(PagesSettings site, Fhir.FhirApi api, PublishedFigures figures) : PageModel
{
    /// <summary>How long anybody may keep the page: as long as what it is made of.</summary>
    private const string Keep = "public, max-age=60";

    private static readonly string[] Languages = ["en", "es"];

    // What a resident asks first: does help come, how soon, and does it end with the police or in an emergency room?
    private static readonly string[] Asked =
        ["response-time", "follow-up-48h", "arrest", "ed-transport", "call-answered", "repeat-contact-30d", "referral-completed"];

    private const int MostFirst = 3;

    [BindProperty(SupportsGet = true)]
    public string? Language { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Period { get; set; }

    public IReadOnlyDictionary<string, Measure> Known { get; private set; } = new Dictionary<string, Measure>();

    /// <summary>The period that the page is about; null where nothing is signed.</summary>
    public Span? Shown { get; private set; }

    /// <summary>All periods of more than a month of which something is signed, the last first.</summary>
    public IReadOnlyList<Span> Periods { get; private set; } = [];

    /// <summary>The signed reports of that period.</summary>
    public IReadOnlyList<Reported> Reports { get; private set; } = [];

    /// <summary>The signed reports of months, by measure.</summary>
    public ILookup<string, Reported> Months { get; private set; } = Array.Empty<Reported>().ToLookup(report => report.Measure);

    /// <summary>The three figures that matter most, of those that may be shown.</summary>
    public IReadOnlyList<Reported> First =>
    [
        .. Asked.Select(id => Reports.FirstOrDefault(report => report.Measure == id)).OfType<Reported>()
            .Where(report => report.Main?.All.Score.Value is not null).Take(MostFirst),
    ];

    /// <summary>Where the same figures are for programs.</summary>
    public string Data => $"{site.FhirUrl}/MeasureReport/$published-figures";

    public string Programme => site.Agencies.FirstOrDefault(agency => agency.Organization == site.Custodian)?.Name ?? string.Empty;

    public static string Other => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es" ? "en" : "es";

    public async Task<IActionResult> OnGetAsync()
    {
        if (!site.HasPublicReports || (Language is not null && !Languages.Contains(Language)))
        {
            return NotFound();
        }

        if (Language is null)
        {
            Response.Headers.Vary = "Accept-Language, Cookie";
            return LocalRedirect($"/app/figures/{CultureInfo.CurrentUICulture.TwoLetterISOLanguageName}");
        }

        var published = await figures.ReadAsync(api, HttpContext.RequestAborted);
        var reports = published.Reports;
        Known = published.Measures;
        var spans = reports.Select(report => report.Span).Distinct()
            .OrderByDescending(span => span.End).ThenByDescending(span => span.Months).ToList();
        Periods = [.. spans.Where(span => span.Months > 1)];

        // The longest of those that end last; where all of them are months, the last month.
        Shown = spans.Count == 0 ? null
            : Span.Read(Period) is { } asked && spans.Contains(asked) ? asked
            : Periods.Count > 0 ? Periods[0] : spans[0];
        Reports =
        [
            .. reports.Where(report => report.Span == Shown)
                .OrderBy(report => Array.IndexOf(MeasurePage.Order, report.Measure) is >= 0 and var at ? at : int.MaxValue)
                .ThenBy(report => report.Measure, StringComparer.Ordinal),
        ];
        Months = reports.Where(report => report.Span.Months == 1).OrderBy(report => report.Span.Start).ToLookup(report => report.Measure);
        Response.Headers.CacheControl = Keep;
        return Page();
    }

    /// <summary>A measure from month to month; null where fewer than two months may be shown.</summary>
    public LinePicture? PictureOf(Reported report, string title)
    {
        var points = Months[report.Measure]
            .Select(month => (MeasurePage.MonthOf(month.Span), month.Main?.All.Score ?? Said.Nothing)).ToList();
        return points.Count(point => point.Item2.Value is not null) < 2
            ? null
            : new(title, points, MeasurePage.TargetOf(Known.GetValueOrDefault(report.Measure), report.Main!.Code).Value);
    }
}
