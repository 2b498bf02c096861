using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Contacts;

/// <summary>People who are owed a contact within 48 hours, the earliest due first.</summary>
public sealed class FollowUpsModel : AppPage
{
    private const int PerPage = 20;

    /// <summary><c>all</c>, <c>mine</c>, <c>free</c> or <c>late</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string Show { get; set; } = "all";

    /// <summary>The query of a further page, as the server gave it.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<FollowUpRow> Rows { get; private set; } = [];

    public int Total { get; private set; }

    public string? NextPage { get; private set; }

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var found = await Api.SearchAsync(After is { Length: > 0 } ? $"Task?{After}" : Query());
        var (persons, owners) = (ById<Patient>(found), ById<Practitioner>(found));
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>().Select(task => new FollowUpRow(
                task,
                persons.GetValueOrDefault(task.For?.Reference ?? string.Empty),
                People.NameOf(owners.GetValueOrDefault(task.Owner?.Reference ?? string.Empty)?.Name),
                When.Read(task.Restriction?.Period?.End))),
        ];
        Total = found.Total ?? Rows.Count;
        NextPage = Next(found);
    }

    public async Task<IActionResult> OnPostClaimAsync(string id, string version)
    {
        if (IsId(id) && await TryAsync(() => Api.PatchAsync<FhirTask>(
                $"Task/{id}", version, new object[] { new { op = "replace", path = "/owner", value = new { reference = Me } } })))
        {
            return LocalRedirect($"/app/follow-up/{id}?done=claimed");
        }

        await OnGetAsync();
        return Page();
    }

    private string Query()
    {
        var more = Show switch
        {
            "mine" => $"&owner={Me}",
            "free" => $"&owner={Agency}",
            "late" => $"&due=lt{When.Now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture)}",
            _ => string.Empty,
        };
        return $"Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due&_include=Task:patient&_include=Task:owner"
            + $"&_count={PerPage}&_total=accurate{more}";
    }
}

/// <param name="Owner">Name of who has it; null while nobody has.</param>
public sealed record FollowUpRow(FhirTask Task, Patient? Person, string? Owner, DateTimeOffset? Due);
