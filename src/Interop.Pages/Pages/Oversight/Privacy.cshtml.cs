using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Oversight;

/// <summary>What waits for the privacy officer: broken glasses, unusual searches, consents and agreements to look at.</summary>
public sealed class PrivacyModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Show { get; set; } = "open";

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<(FhirTask Task, Patient? Person)> Rows { get; private set; } = [];

    public int Total { get; private set; }

    public string? NextPage { get; private set; }

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var status = Show == "over" ? "completed,cancelled,rejected" : "requested,received,accepted,in-progress";
        var found = await Api.SearchAsync(After is { Length: > 0 }
            ? $"Task?{After}"
            : $"Task?performer=privacy-officer&status={status}&_sort={(Show == "over" ? "-due" : "due")}&_count=20&_total=accurate"
                + "&_include=Task:patient");
        var persons = ById<Patient>(found);
        Rows = [.. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>()
            .Select(task => (task, persons.GetValueOrDefault(task.For?.Reference ?? string.Empty)))];
        Total = found.Total ?? Rows.Count;
        NextPage = Next(found);
    }
}
