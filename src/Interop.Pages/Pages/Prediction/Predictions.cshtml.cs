using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Prediction;

/// <summary>What the model says about who was met lately, for a navigator to decide: seek the person out, or not, and why.</summary>
public sealed class PredictionsModel : AppPage
{
    private const int Most = 100;
    private const int Days = 70;

    /// <summary>Open drafts, those of the last encounters first.</summary>
    public IReadOnlyList<(RiskAssessment Draft, Patient? Person)> Rows { get; private set; } = [];

    /// <summary>Whom somebody has decided to seek out, the earliest due first.</summary>
    public IReadOnlyList<(FhirTask Task, Patient? Person)> Calls { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public Task<IActionResult> OnPostReachAsync(string id, string version, string? reason) => DecideAsync(id, version, "final", reason);

    public Task<IActionResult> OnPostLeaveAsync(string id, string version, string? reason) => DecideAsync(id, version, "cancelled", reason);

    /// <param name="came">What came of it: completed or failed.</param>
    public async Task<IActionResult> OnPostCalledAsync(string id, string version, string came)
    {
        if (came is "completed" or "failed" && IsId(id) && await TryAsync(() => MoveAsync(id, version, came)))
        {
            return LocalRedirect("/app/follow-ups/predictions?done=saved");
        }

        return await LoadAsync() ? Page() : NotFound();
    }

    private async System.Threading.Tasks.Task MoveAsync(string id, string? version, string came)
    {
        var task = await Api.ReadAsync<FhirTask>($"Task/{id}");
        if (task?.StatusElement?.JsonValue as string == came)
        {
            return; // sent twice
        }

        object[] why = came == "failed"
            ? [new { op = "add", path = "/statusReason", value = new { text = "The person could not be reached." } }]
            : [];
        await Api.EndAsync(id, task?.Status, version, [new { op = "replace", path = "/status", value = came }, .. why]);
    }

    private async Task<IActionResult> DecideAsync(string id, string version, string status, string? reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            Object(T["Say why, so that it can be understood later."]);
        }
        else if (IsId(id) && await TryAsync(() => Api.PatchAsync<RiskAssessment>(
            $"RiskAssessment/{id}",
            version,
            new object[]
            {
                new { op = "replace", path = "/status", value = (object)status },
                new { op = "add", path = "/note", value = (object)new object[] { new { text = reason.Trim() } } },
            })))
        {
            return LocalRedirect("/app/follow-ups/predictions?done=decided");
        }

        return await LoadAsync() ? Page() : NotFound();
    }

    private async Task<bool> LoadAsync()
    {
        if (!Site.HasPredictions)
        {
            return false;
        }

        var since = When.Now.AddDays(-Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var found = await Api.SearchAsync(
            "RiskAssessment?method=https://interop.example/fhir/CodeSystem/prediction-method%7Crepeat-encounter-90d"
            + $"&date=ge{since}&_sort=-date&_count={Most}&_include=RiskAssessment:patient");
        var persons = ById<Patient>(found);
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<RiskAssessment>()
                .Where(draft => draft.Status == ObservationStatus.Preliminary)
                .Select(draft => (draft, persons.GetValueOrDefault(draft.Subject?.Reference ?? string.Empty))),
        ];
        var calls = await Api.SearchAsync(
            $"Task?code=outreach&status=requested,accepted,in-progress&_sort=due&_count={Most}&_include=Task:patient");
        var called = ById<Patient>(calls);
        Calls =
        [
            .. calls.Entry.Select(entry => entry.Resource).OfType<FhirTask>()
                .Select(task => (task, called.GetValueOrDefault(task.For?.Reference ?? string.Empty))),
        ];
        return true;
    }

    /// <summary>Each feature's code, its value and its points.</summary>
    public static IEnumerable<(string Code, decimal Value, decimal Points)> TermsOf(RiskAssessment draft) =>
        draft.Prediction.SelectMany(prediction => prediction.Extension)
            .Where(term => term.Url?.EndsWith("/prediction-term", StringComparison.Ordinal) == true)
            .Select(term => (
                term.GetExtensionValue<Code>("feature")?.Value ?? string.Empty,
                term.GetExtensionValue<FhirDecimal>("value")?.Value ?? 0,
                term.GetExtensionValue<FhirDecimal>("points")?.Value ?? 0));
}
