using Interop.Pages.Looks.Measured;
using Microsoft.AspNetCore.Mvc;
using Span = Interop.Pages.Looks.Measured.Span;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>How the programme does in one period: each measure with its denominator, what is missing, and what was planned.</summary>
public sealed class MeasuresModel : MeasurePage
{
    [BindProperty(SupportsGet = true)]
    public string? Period { get; set; }

    /// <summary>The period that is shown; null where nothing is reported yet.</summary>
    public Span? Shown { get; private set; }

    public IReadOnlyList<Reported> Reports { get; private set; } = [];

    /// <summary>From the call to the follow-up that was done: each step with how many there were.</summary>
    public IReadOnlyList<(string Step, Said Count)> Funnel { get; private set; } = [];

    /// <summary>The greatest number of the funnel that is shown.</summary>
    public decimal Most => Funnel.Max(step => step.Count.Value) ?? 0;

    public async Task OnGetAsync()
    {
        await LoadAsync();

        // The last half-year, year or two years say more than the last month.
        Span? last = Periods.Any(span => span.Months > 1) ? Periods.First(span => span.Months > 1) : Periods.Count > 0 ? Periods[0] : null;
        Shown = Span.Read(Period) is { } asked && Periods.Contains(asked) ? asked : last;
        if (Shown is { } shown)
        {
            Reports = await ReportsAsync(shown);
            var rows = Reports.Where(report => report.All is not null).ToDictionary(report => report.Measure, report => report.All!);
            Funnel =
            [
                .. Step("call-answered", "Eligible calls", row => row.Cases),
                .. Step("call-answered", "Calls that a team was sent to, or a reason given", row => row.Counted),
                .. Step("arrest", "Encounters that ended", row => row.Cases),
                .. Step("follow-up-48h", "Follow-ups that were owed", row => row.Cases),
                .. Step("follow-up-48h", "Follow-ups done in time", row => row.Counted),
            ];

            IEnumerable<(string, Said)> Step(string measure, string name, Func<ReportedRow, Said> count) =>
                rows.TryGetValue(measure, out var row) ? [(name, count(row))] : [];
        }
    }

    internal static readonly string[] Steps =
    [
        "Eligible calls", "Calls that a team was sent to, or a reason given", "Encounters that ended", "Follow-ups that were owed",
        "Follow-ups done in time",
    ];
}
