using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Desk;

/// <summary>Calls without a unit or a reason, the oldest first; and those that were answered lately.</summary>
public sealed class DispatchModel : AppPage
{
    public IReadOnlyList<CallRow> Open { get; private set; } = [];

    public IReadOnlyList<CallRow> Answered { get; private set; } = [];

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        Open = await RowsAsync("status=requested&_sort=authored-on&_count=50");
        Answered = await RowsAsync("status=completed&_sort=-authored-on&_count=10");
    }

    private async Task<IReadOnlyList<CallRow>> RowsAsync(string more)
    {
        var found = await Api.SearchAsync($"Task?code=call-answer&{more}&_include=Task:encounter&_include=Task:patient");
        var (calls, persons) = (ById<Encounter>(found), ById<Patient>(found));
        return
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>().Select(task => new CallRow(
                task,
                calls.GetValueOrDefault(task.Encounter?.Reference ?? string.Empty),
                persons.GetValueOrDefault(task.For?.Reference ?? string.Empty))),
        ];
    }
}

public sealed record CallRow(FhirTask Task, Encounter? Call, Patient? Person)
{
    public string Id => Codes.IdOf(Task.Encounter);

    /// <summary>As dispatch numbers it; null where the reader does not see it.</summary>
    public string? Number => Call?.Identifier.FirstOrDefault(id => id.System != "urn:interop:incident")?.Value
        ?? Call?.Identifier.FirstOrDefault()?.Value;
}
