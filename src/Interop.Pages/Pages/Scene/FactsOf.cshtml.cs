using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Scene;

/// <summary>What became of one encounter: each fact that is not said yet with yes, no, or that nobody knows.</summary>
public sealed class FactsOfModel : AppPage
{
    private const string Reasons = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public Patient? Person { get; private set; }

    /// <summary>The codes of what is not said yet, each with its question.</summary>
    public IReadOnlyList<(string Code, string Question)> Owed { get; private set; } = [];

    public FhirTask Task { get; private set; } = new();

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        var said = Owed.Select(fact => (fact.Code, Answer: Request.Form[fact.Code].ToString()))
            .Where(fact => fact.Answer is "yes" or "no" or "unknown")
            .ToList();
        if (said.Count == 0)
        {
            Object(T["Answer at least one."]);
            return Page();
        }

        var bundle = new Bundle { Type = Bundle.BundleType.Transaction };
        foreach (var (code, answer) in said)
        {
            bundle.AddResourceEntry(Fact(code, answer), $"urn:uuid:{Guid.NewGuid()}").Request =
                new() { Method = Bundle.HTTPVerb.POST, Url = "Observation" };
        }

        return await TryAsync(() => Api.PostAsync<Bundle>(string.Empty, bundle))
            ? LocalRedirect(said.Count == Owed.Count ? "/app/facts?done=saved" : $"/app/facts/{Id}?done=saved")
            : await LoadAsync() ? Page() : NotFound();
    }

    private Observation Fact(string code, string answer) => new()
    {
        Meta = new() { Profile = [Codes.Extension("encounter-outcome")] },
        Status = ObservationStatus.Final,
        Code = Codes.Concept("crisis-observation", code),
        Subject = Task.For,
        Encounter = Task.Encounter,
        Effective = new FhirDateTime(When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)),
        Performer = [new(Me)],
        Value = answer == "unknown" ? null : new FhirBoolean(answer == "yes"),
        DataAbsentReason = answer == "unknown" ? new(Reasons, "unknown") : null,
    };

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<FhirTask>($"Task/{Id}") is not { Encounter.Reference: { } encounter } task
            || Codes.Of(task.Code, "crisis-task") != "outcome-facts")
        {
            return false;
        }

        Task = task;
        Person = IsId(Codes.IdOf(task.For)) ? await Api.ReadAsync<Patient>($"Patient/{Codes.IdOf(task.For)}") : null;
        var said = (await Api.FindAsync<Observation>(
                $"Observation?encounter={encounter}&code={Codes.System("crisis-observation")}|&status=final,amended,corrected&_count=50"))
            .Select(fact => Codes.Of(fact.Code, "crisis-observation"))
            .ToHashSet();
        Owed = [.. Names.In("fact").Where(fact => !said.Contains(fact.Code))];
        return true;
    }
}
