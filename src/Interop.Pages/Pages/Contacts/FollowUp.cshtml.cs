using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Contacts;

/// <summary>One follow-up: who, how to reach her safely, what was tried, and what came of the call just made.</summary>
public sealed class FollowUpModel : AppPage
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string NewEncounter = "urn:uuid:0b8c3f3e-6c0b-4f0e-9d53-3a1d4b8f6e10";

    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    [BindProperty]
    public string? Outcome { get; set; }

    [BindProperty]
    public string? Note { get; set; }

    public FhirTask Task { get; private set; } = new();

    public PersonBanner Person { get; private set; } = new(null, []);

    public IReadOnlyList<Communication> Attempts { get; private set; } = [];

    /// <summary>The encounter that it follows.</summary>
    public Encounter? Before { get; private set; }

    public string? Owner { get; private set; }

    public bool IsMine => Task.Owner?.Reference == Me;

    public bool IsFree => Task.Owner?.Reference == Agency;

    public bool IsOpen => Task.Status is FhirTask.TaskStatus.Requested or FhirTask.TaskStatus.Accepted or FhirTask.TaskStatus.InProgress;

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostClaimAsync(string version) =>
        await MoveAsync(version, "/owner", new { reference = Me }) ? Back("claimed") : await AgainAsync();

    public async Task<IActionResult> OnPostGiveBackAsync(string version) =>
        await MoveAsync(version, "/owner", new { reference = Agency }) ? Back("given-back") : await AgainAsync();

    public async Task<IActionResult> OnPostRecordAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (Names.In("contact-outcome").All(known => known.Code != Outcome))
        {
            Object(T["Say what came of the call."]);
            return Page();
        }

        return await TryAsync(() => Api.PostAsync<Bundle>(string.Empty, Attempt()))
            ? Back(Outcome == "reached" ? "reached" : "recorded")
            : Page();
    }

    /// <summary>The attempt, and where the person was reached the contact that was made: both or neither.</summary>
    private Bundle Attempt()
    {
        var now = When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        var isReached = Outcome == "reached";
        var bundle = new Bundle { Type = Bundle.BundleType.Transaction };
        bundle.AddResourceEntry(
            new Communication
            {
                Meta = new() { Profile = [Codes.Extension("contact-attempt")] },
                BasedOn = [new($"Task/{Id}")],
                Status = Outcome == "no-answer" ? EventStatus.NotDone : EventStatus.Completed,
                StatusReason = Codes.Concept("contact-outcome", Outcome!),
                Subject = Task.For,
                Encounter = isReached ? new(NewEncounter) : null,
                Sent = now,
                Sender = new(Me),
                Note = string.IsNullOrWhiteSpace(Note) ? [] : [new() { Text = Note.Trim() }],
            },
            "urn:uuid:0b8c3f3e-6c0b-4f0e-9d53-3a1d4b8f6e11").Request = Posted("Communication");
        if (isReached)
        {
            bundle.AddResourceEntry(
                new Encounter
                {
                    Status = Encounter.EncounterStatus.Finished,
                    Class = new(ActCode, "VR"),
                    Type = [new(Codes.Snomed, "390906007", "Follow-up encounter")],
                    Subject = Task.For,
                    Participant = [new() { Individual = new(Me) }],
                    Period = new() { Start = now, End = now },
                    ServiceProvider = new(Agency),
                },
                NewEncounter).Request = Posted("Encounter");
        }

        return bundle;

        static Bundle.RequestComponent Posted(string type) => new() { Method = Bundle.HTTPVerb.POST, Url = type };
    }

    private Task<bool> MoveAsync(string version, string path, object value) => TryAsync(() =>
        Api.PatchAsync<FhirTask>($"Task/{Id}", version, new object[] { new { op = "replace", path, value } }));

    private LocalRedirectResult Back(string done) => LocalRedirect($"/app/follow-up/{Id}?done={done}");

    private async Task<IActionResult> AgainAsync() => await LoadAsync() ? Page() : NotFound();

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id))
        {
            return false;
        }

        var found = await Api.SearchAsync(
            $"Task?_id={Id}&code=follow-up-48h&_include=Task:patient&_include=Task:owner&_include=Task:encounter");
        if (found.Entry.Select(entry => entry.Resource).OfType<FhirTask>().FirstOrDefault() is not { } task)
        {
            return false;
        }

        Task = task;
        var person = found.Entry.Select(entry => entry.Resource).OfType<Patient>().FirstOrDefault();
        Owner = People.NameOf(found.Entry.Select(entry => entry.Resource).OfType<Practitioner>().FirstOrDefault()?.Name);
        Before = found.Entry.Select(entry => entry.Resource).OfType<Encounter>().FirstOrDefault();
        Person = new(person, await FlagsOfAsync(person));
        Attempts = person is null ? [] :
        [
            .. (await Api.FindAsync<Communication>($"Communication?subject=Patient/{person.Id}&_sort=-sent&_count=50"))
                .Where(sent => sent.BasedOn.Concat(sent.About).Any(about => about.Reference == $"Task/{Id}")),
        ];
        return true;
    }
}
