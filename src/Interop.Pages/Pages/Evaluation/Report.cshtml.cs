using Hl7.Fhir.Model;
using Interop.Pages.Looks.Measured;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Mvc;
using Span = Interop.Pages.Looks.Measured.Span;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>All reports of one period to print, and where somebody of the administration signs them.</summary>
public sealed class ReportModel : MeasurePage
{
    [BindProperty(SupportsGet = true)]
    public string? Key { get; set; }

    public Span Shown { get; private set; }

    public IReadOnlyList<Reported> Reports { get; private set; } = [];

    public IReadOnlyList<Reported> Drafts => [.. Reports.Where(report => !report.IsSigned)];

    /// <summary>Whether to offer it; whether it is done is the server's to say.</summary>
    public bool MaySign => PageSession.Has(User, "agency-administrator") && PageSession.AgencyOf(User) == Site.Custodian
        && PageSession.PractitionerOf(User) is not null;

    public async Task<IActionResult> OnGetAsync() => await FindAsync() ? Page() : NotFound();

    /// <summary>Signs what is a draft, as it was when the page was shown: each by itself, as each stays by itself.</summary>
    /// <param name="draft">Id and version of each, with a slash between.</param>
    public async Task<IActionResult> OnPostSignAsync(string[] draft, bool seen)
    {
        if (!seen)
        {
            Object(T["Say that you have looked at the figures."]);
            return await OnGetAsync();
        }

        foreach (var (id, version) in draft.Select(it => it.Split('/')).Where(it => it.Length == 2).Select(it => (it[0], it[1])).Take(100))
        {
            if (!IsId(id) || !IsId(version) || !await TryAsync(() => Api.PatchAsync<MeasureReport>(
                    $"MeasureReport/{id}", version, new object[] { new { op = "replace", path = "/status", value = "complete" } })))
            {
                return await OnGetAsync();
            }
        }

        return LocalRedirect($"/app/measures/report/{Key}?done=signed");
    }

    private async Task<bool> FindAsync()
    {
        if (Span.Read(Key) is not { } span)
        {
            return false;
        }

        await LoadAsync();
        (Shown, Key) = (span, span.Key);
        Reports = Periods.Contains(span) ? await ReportsAsync(span) : [];
        return Reports.Count > 0;
    }
}
