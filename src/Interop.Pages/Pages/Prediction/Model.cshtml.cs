using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Prediction;

/// <summary>The card of the model: what it is for and not for, how it did, and the two acts, to accept it and to stop it.</summary>
public sealed class ModelModel : AppPage
{
    private static readonly string[] Stoppers = ["agency-administrator", "privacy-officer", "navigator"];

    public ModelCard Card { get; private set; } = null!;

    public Library? Drift { get; private set; }

    public bool MayAccept => Card.IsDraft && PageSession.Has(User, "agency-administrator");

    public bool MayStop => (Card.IsDraft || Card.Works) && Stoppers.Any(role => PageSession.Has(User, role));

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAcceptAsync(string? sha256, bool untold)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        var asked = new Parameters
        {
            Parameter =
            [
                new() { Name = "sha256", Value = new FhirString(sha256) }, new() { Name = "untold", Value = new FhirBoolean(untold) },
            ],
        };
        return await ActAsync(() => Api.PostAsync<Library>("RiskAssessment/$accept-model", asked));
    }

    public async Task<IActionResult> OnPostStopAsync(string? reason)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (string.IsNullOrWhiteSpace(reason))
        {
            Object(T["Say why, so that it can be understood later."]);
            return Page();
        }

        var asked = new Parameters { Parameter = [new() { Name = "reason", Value = new FhirString(reason.Trim()) }] };
        return await ActAsync(() => Api.PostAsync<Parameters>("RiskAssessment/$stop-model", asked));
    }

    private async Task<IActionResult> ActAsync(Func<System.Threading.Tasks.Task> act)
    {
        if (await TryAsync(act))
        {
            return LocalRedirect("/app/model?done=saved");
        }

        await LoadAsync();
        return Page();
    }

    private async Task<bool> LoadAsync()
    {
        if (!Site.HasPredictions || ModelCard.Of(await Api.ReadAsync<Library>("RiskAssessment/$model-card")) is not { } card)
        {
            return false;
        }

        Card = card;
        Drift = await Api.FirstAsync<Library>(
            "Library?type=https://interop.example/fhir/CodeSystem/prediction-artifact%7Cdrift-report&_sort=-date&_count=1");
        return true;
    }
}
