using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Scene;

/// <summary>The instruments by which a team can ask in an incident: forms with a code of LOINC.</summary>
public sealed class InstrumentsModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public IReadOnlyList<Questionnaire> Forms { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync()
    {
        if (!IsId(Id))
        {
            return NotFound();
        }

        Forms = await Api.FindAsync<Questionnaire>(
            "Questionnaire?status=active&code=http://loinc.org|&_sort=title&_count=50&_elements=title");
        return Page();
    }
}
