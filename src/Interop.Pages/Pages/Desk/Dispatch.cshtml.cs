using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Desk;

/// <summary>Calls without a unit or a reason, the oldest first; and those that were answered lately.</summary>
public sealed class DispatchModel : AppPage
{
    public IReadOnlyList<CallRow> Open { get; private set; } = [];

    /// <summary>For a reader without Tasks all others that are open.</summary>
    public IReadOnlyList<CallRow> Answered { get; private set; } = [];

    public bool HasTasks => CallList.KeepsRecords(User);

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        if (HasTasks)
        {
            Open = await DecidedAsync(await TasksAsync($"{CallList.Tasks}&_sort=authored-on&_count=50"));
            Answered = await TasksAsync("Task?code=call-answer&status=completed&_sort=-authored-on&_count=10");
        }
        else
        {
            var all = await DecidedAsync(await IncidentsAsync());
            Open = [.. all.Where(row => row.IsWaiting)];
            Answered = [.. all.Where(row => !row.IsWaiting).Reverse()];
        }
    }

    private async Task<IReadOnlyList<CallRow>> TasksAsync(string query)
    {
        var found = await Api.SearchAsync($"{query}&_include=Task:encounter&_include=Task:patient");
        var (calls, persons) = (ById<Encounter>(found), ById<Patient>(found));
        return
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>().Select(task => new CallRow(
                Codes.IdOf(task.Encounter),
                When.Read(task.AuthoredOn),
                calls.GetValueOrDefault(task.Encounter?.Reference ?? string.Empty),
                persons.GetValueOrDefault(task.For?.Reference ?? string.Empty),
                task.BusinessStatus is not null)),
        ];
    }

    private async Task<IReadOnlyList<CallRow>> IncidentsAsync()
    {
        var found = await Api.SearchAsync($"{CallList.Incidents}&_sort=date&_count=100&_include=Encounter:patient");
        var persons = ById<Patient>(found);
        return
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<Encounter>().Select(call => new CallRow(
                call.Id ?? string.Empty, null, call, persons.GetValueOrDefault(call.Subject?.Reference ?? string.Empty), false)),
        ];
    }

    /// <summary>The rows, each with what was decided.</summary>
    private async Task<IReadOnlyList<CallRow>> DecidedAsync(IReadOnlyList<CallRow> rows)
    {
        if (rows.Count == 0)
        {
            return rows;
        }

        var requests = await Api.FindAsync<ServiceRequest>(
            $"ServiceRequest?encounter={string.Join(',', rows.Select(row => $"Encounter/{row.Id}"))}&_sort=-authored&_count=500");
        var decided = Decisions.Of(requests).ToLookup(one => one.Encounter?.Reference);
        return [.. rows.Select(row => row with { Decided = [.. decided[$"Encounter/{row.Id}"]] })];
    }
}

/// <param name="Id">Of the Encounter.</param>
/// <param name="IsClosed">Whether it was closed without a team or a reason.</param>
public sealed record CallRow(string Id, DateTimeOffset? At, Encounter? Call, Patient? Person, bool IsClosed)
{
    /// <summary>The last first.</summary>
    public IReadOnlyList<ServiceRequest> Decided { get; init; } = [];

    /// <summary>Where nobody has arrived and no answer stands, or 988 has the call: what a reader without Tasks can tell.</summary>
    public bool IsWaiting => Decisions.OpenTransferAmong(Decided) is not null
        || (Call?.Status == Encounter.EncounterStatus.Planned && !Decisions.Answer(Decided));

    public DateTimeOffset? Since => At ?? When.Read(Call?.Period?.Start);

    /// <summary>As dispatch numbers it; null where the reader does not see it.</summary>
    public string? Number => NumberOf(Call);

    public static string? NumberOf(Encounter? call) => call?.Identifier.FirstOrDefault(id => id.System != "urn:interop:incident")?.Value
        ?? call?.Identifier.FirstOrDefault()?.Value;
}
