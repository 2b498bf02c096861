using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Oversight;

/// <summary>Finds a person by name. The name is sent in a form, so that it stands in no address and no history.</summary>
public sealed class PeopleSearchModel : AppPage
{
    [BindProperty]
    public string? Name { get; set; }

    /// <summary>Null until somebody has searched.</summary>
    public IReadOnlyList<Patient>? Found { get; private set; }

    public async System.Threading.Tasks.Task OnPostAsync()
    {
        if (Name?.Trim() is { Length: >= 2 } name)
        {
            await TryAsync(async () => Found = await Api.FindAsync<Patient>(
                $"Patient?{string.Join('&', name.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(word => $"name={Uri.EscapeDataString(word)}"))}&_sort=family&_count=20"));
        }
        else
        {
            Object(T["Give two letters of a name at least."]);
        }
    }
}
