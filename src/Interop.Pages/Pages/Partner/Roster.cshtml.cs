using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Partner;

/// <summary>Who works for the agency, as what, and with which trainings.</summary>
public sealed class RosterModel : AppPage
{
    public IReadOnlyList<RosterRow> Rows { get; private set; } = [];

    public System.Threading.Tasks.Task OnGetAsync() => LoadAsync();

    /// <summary>Somebody no longer works in this role, or does again.</summary>
    public async Task<IActionResult> OnPostActiveAsync(string id, string version, bool active)
    {
        if (IsId(id) && await TryAsync(() => Api.PatchAsync<PractitionerRole>(
                $"PractitionerRole/{id}", version, new object[] { new { op = "add", path = "/active", value = active } })))
        {
            return LocalRedirect("/app/agency/people?done=saved");
        }

        await LoadAsync();
        return Page();
    }

    private async System.Threading.Tasks.Task LoadAsync()
    {
        var found = await Api.SearchAsync($"PractitionerRole?organization={Agency}&_include=PractitionerRole:practitioner&_count=100");
        var people = ById<Practitioner>(found);
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<PractitionerRole>().Select(role => new RosterRow(
                    role, people.GetValueOrDefault(role.Practitioner?.Reference ?? string.Empty)))
                .OrderBy(row => People.NameOf(row.Person?.Name), StringComparer.CurrentCulture),
        ];
    }
}

public sealed record RosterRow(PractitionerRole Role, Practitioner? Person);
