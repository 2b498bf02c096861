using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Oversight;

/// <summary>One thing that waits for the privacy officer, and her judgement.</summary>
public sealed class ReviewModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public FhirTask Task { get; private set; } = new();

    public Patient? Person { get; private set; }

    /// <summary>Where two records may be one person's: both.</summary>
    public IReadOnlyList<Patient> Pair { get; private set; } = [];

    public bool IsOpen => Task.Status is FhirTask.TaskStatus.Requested or FhirTask.TaskStatus.Received or FhirTask.TaskStatus.Accepted
        or FhirTask.TaskStatus.InProgress;

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string version, string? judgement)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (string.IsNullOrWhiteSpace(judgement))
        {
            Object(T["Write what you found, so that it can be proved later."]);
            return Page();
        }

        var note = new { authorReference = new { reference = Me }, time = When.Now.ToString("o"), text = judgement.Trim() };
        var patch = new object[]
        {
            new { op = "replace", path = "/status", value = "completed" },
            Task.Note.Count == 0
                ? new { op = "add", path = "/note", value = (object)new object[] { note } }
                : new { op = "add", path = "/note/-", value = (object)note },
        };
        return await TryAsync(() => Api.EndAsync(Id, Task.Status, version, patch))
            ? LocalRedirect("/app/privacy?done=reviewed")
            : await LoadAsync() ? Page() : NotFound();
    }

    /// <summary>The two are one person, whose record is from now on the one that is kept.</summary>
    public async Task<IActionResult> OnPostMergeAsync(string? keep)
    {
        if (!await LoadAsync() || Pair.Count != 2 || Pair.All(record => record.Id != keep))
        {
            return NotFound();
        }

        var other = Pair.First(record => record.Id != keep).Id;
        var question = new Parameters().Add("source-patient", new ResourceReference($"Patient/{other}"))
            .Add("target-patient", new ResourceReference($"Patient/{keep}"));
        return await TryAsync(() => Api.PostAsync<Resource>("Patient/$merge", question))
            ? LocalRedirect("/app/privacy?done=merged")
            : Page();
    }

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<FhirTask>($"Task/{Id}") is not { } task)
        {
            return false;
        }

        Task = task;
        Person = await PersonAsync(task.For);
        Pair = await PersonAsync(task.Focus) is { } other && Person is not null ? [other, Person] : [];
        return true;
    }

    private async Task<Patient?> PersonAsync(ResourceReference? reference) =>
        reference?.Reference?.StartsWith("Patient/", StringComparison.Ordinal) == true && IsId(Codes.IdOf(reference))
            ? await Api.ReadAsync<Patient>(reference.Reference)
            : null;
}
