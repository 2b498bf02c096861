using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Scene;

/// <summary>One incident: the summary for the team that is with the person, and the next steps.</summary>
public sealed class IncidentModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public Encounter Encounter { get; private set; } = new();

    public PersonBanner Person { get; private set; } = new(null, []);

    /// <summary>Title and lines of each section of the document, as the server wrote them.</summary>
    public IReadOnlyList<SummarySection> Sections { get; private set; } = [];

    /// <summary>Why there is no summary; null where there is.</summary>
    public string? WhyNone { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Encounter>($"Encounter/{Id}") is not { } encounter)
        {
            return NotFound();
        }

        Encounter = encounter;
        if (encounter.Subject?.Reference is not { } reference || !IsId(Codes.IdOf(encounter.Subject)))
        {
            return Page();
        }

        try
        {
            var document = await Api.SearchAsync($"{reference}/$crisis-summary");
            var all = document.Entry.Select(entry => entry.Resource).ToList();
            Person = new(all.OfType<Patient>().FirstOrDefault(), [.. all.OfType<Flag>()]);
            var steps = all.OfType<CarePlan>().SelectMany(plan => plan.Activity).Select(step => step.Detail?.Description)
                .OfType<string>().ToList();
            Sections = [.. SummarySection.Of(document).Select(section =>
                section.Title == "What helps" && steps.Count > 0 ? section with { Lines = steps } : section)];
        }
        catch (FhirRefusedException refused) when (refused.Status is System.Net.HttpStatusCode.Forbidden)
        {
            Person = new(await Api.ReadAsync<Patient>(reference), []);
            WhyNone = T["The summary opens when the team has arrived."];
        }

        return Page();
    }
}
