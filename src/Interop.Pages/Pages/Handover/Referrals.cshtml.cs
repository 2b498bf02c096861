using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Handover;

/// <summary>What the agency was asked, and what it asked others.</summary>
public sealed class ReferralsModel : AppPage
{
    internal const string Open = "requested,received,accepted,in-progress,on-hold";

    /// <summary><c>in</c>, <c>out</c> or <c>over</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string Show { get; set; } = "in";

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<ReferralRow> Rows { get; private set; } = [];

    public int Total { get; private set; }

    public string? NextPage { get; private set; }

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var who = Show switch
        {
            "out" => $"requester={Agency}&status={Open},draft",
            "over" => $"owner={Agency}&status=completed,rejected,cancelled,failed",
            _ => $"owner={Agency}&status={Open}",
        };
        var found = await Api.SearchAsync(After is { Length: > 0 }
            ? $"Task?{After}"
            : $"Task?code=fulfill-referral,fulfill&{who}&_sort=-authored-on&_count=20&_total=accurate"
                + "&_include=Task:patient&_include=Task:focus&_include=Task:owner&_include=Task:requester");
        var (persons, requests, houses) = (ById<Patient>(found), ById<ServiceRequest>(found), ById<Organization>(found));
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<FhirTask>().Select(task => new ReferralRow(
                task,
                persons.GetValueOrDefault(task.For?.Reference ?? string.Empty),
                requests.GetValueOrDefault(task.Focus?.Reference ?? string.Empty),
                houses.GetValueOrDefault((Show == "out" ? task.Owner : task.Requester)?.Reference ?? string.Empty)?.Name)),
        ];
        Total = found.Total ?? Rows.Count;
        NextPage = Next(found);
    }
}

/// <param name="Other">Name of the other side.</param>
public sealed record ReferralRow(FhirTask Task, Patient? Person, ServiceRequest? Request, string? Other)
{
    public string Status => Task.StatusElement?.JsonValue?.ToString() ?? string.Empty;
}
