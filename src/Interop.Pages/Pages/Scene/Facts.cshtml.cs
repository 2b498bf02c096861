using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Scene;

/// <summary>Encounters that have ended, of which somebody must still say what became of them.</summary>
public sealed class FactsModel : AppPage
{
    public const string Query = "Task?code=outcome-facts&status=requested";

    /// <summary>The query of a further page, as the server gave it.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<(FhirTask Task, Patient? Person)> Rows { get; private set; } = [];

    public int Total { get; private set; }

    public string? NextPage { get; private set; }

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var found = await Api.SearchAsync(
            After is { Length: > 0 } ? $"Task?{After}" : $"{Query}&_sort=authored-on&_include=Task:patient&_count=20&_total=accurate");
        var persons = ById<Patient>(found);
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>()
                .Select(task => (task, persons.GetValueOrDefault(task.For?.Reference ?? string.Empty))),
        ];
        Total = found.Total ?? Rows.Count;
        NextPage = Next(found);
    }
}
