using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages;

/// <summary>A list of Tasks, page by page, each with whom it is about.</summary>
public abstract class TaskListPage : AppPage
{
    /// <summary>The query of a further page, as the server gave it.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<(FhirTask Task, Patient? Person)> Rows { get; private set; } = [];

    public int Total { get; private set; }

    public string? NextPage { get; private set; }

    /// <param name="query">Of the first page: what the Tasks are, and their order.</param>
    protected async System.Threading.Tasks.Task ListAsync(string query)
    {
        var found = await Api.SearchAsync(
            After is { Length: > 0 } ? $"Task?{After}" : $"Task?{query}&_count=20&_total=accurate&_include=Task:patient");
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
