using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Handover;

/// <summary>One referral: what is asked, and the steps that are open to the reader's side.</summary>
public sealed class ReferralModel : AppPage
{
    /// <summary>What a house says when it declines, as it stands in the Task.</summary>
    public static readonly IReadOnlyList<string> Reasons =
        ["No room at the moment", "Another house fits better", "The person does not want it", "The person was not reached"];

    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public ReferralRow Row { get; private set; } = new(new(), null, null, null);

    public PersonBanner Person { get; private set; } = new(null, []);

    public string? From { get; private set; }

    public string? To { get; private set; }

    public string Status => Row.Status;

    public bool IsOwner { get; private set; }

    public bool IsRequester => Row.Task.Requester?.Reference == Agency;

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public Task<IActionResult> OnPostAcceptAsync(string version) => MoveAsync(version, "accepted", "accepted");

    public Task<IActionResult> OnPostBeginAsync(string version) => MoveAsync(version, "in-progress", "moved");

    public async Task<IActionResult> OnPostDeclineAsync(string version, string? reason, string? other) =>
        Why(reason, other) is { } why
            ? await MoveAsync(version, "rejected", "declined", ("/statusReason", new { text = why }))
            : await ObjectAsync(T["Say why you decline."]);

    public async Task<IActionResult> OnPostWithdrawAsync(string version, string? other) =>
        Why(null, other) is { } why
            ? await MoveAsync(version, "cancelled", "moved", ("/statusReason", new { text = why }))
            : await ObjectAsync(T["Say why you withdraw it."]);

    public async Task<IActionResult> OnPostReportAsync(string version, string? outcome)
    {
        if (string.IsNullOrWhiteSpace(outcome))
        {
            return await ObjectAsync(T["Say what came of it."]);
        }

        if (!await LoadAsync())
        {
            return NotFound();
        }

        var output = new { type = new { text = "outcome" }, valueString = outcome.Trim() };
        return await MoveAsync(
            version,
            "completed",
            "moved",
            Row.Task.Output.Count == 0 ? ("/output", new object[] { output }) : ("/output/-", output));
    }

    private static string? Why(string? reason, string? other) =>
        !string.IsNullOrWhiteSpace(other) ? other.Trim() : Reasons.FirstOrDefault(known => known == reason);

    private async Task<IActionResult> MoveAsync(string version, string status, string done, params (string Path, object Value)[] more)
    {
        var patch = more.Select(change => (object)new { op = "add", path = change.Path, value = change.Value })
            .Prepend(new { op = "replace", path = "/status", value = status }).ToArray();
        if (IsId(Id) && await TryAsync(() => Api.PatchAsync<FhirTask>($"Task/{Id}", version, patch)))
        {
            return LocalRedirect($"/app/referral/{Id}?done={done}");
        }

        return await LoadAsync() ? Page() : NotFound();
    }

    private async Task<IActionResult> ObjectAsync(string sentence)
    {
        Object(sentence);
        return await LoadAsync() ? Page() : NotFound();
    }

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id))
        {
            return false;
        }

        var found = await Api.SearchAsync(
            $"Task?_id={Id}&_include=Task:patient&_include=Task:focus&_include=Task:owner&_include=Task:requester");
        var all = found.Entry.Select(entry => entry.Resource).ToList();
        if (all.OfType<FhirTask>().FirstOrDefault() is not { } task)
        {
            return false;
        }

        var houses = ById<Organization>(found);
        (From, To) = (NameOf(task.Requester), NameOf(task.Owner));
        IsOwner = task.Owner?.Reference == Agency;
        Row = new(task, all.OfType<Patient>().FirstOrDefault(), all.OfType<ServiceRequest>().FirstOrDefault(), From);
        Person = new(Row.Person, await FlagsOfAsync(Row.Person));
        return true;

        string? NameOf(ResourceReference? house) =>
            houses.GetValueOrDefault(house?.Reference ?? string.Empty)?.Name ?? house?.Display;
    }
}
