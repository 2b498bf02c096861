using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Oversight;

/// <summary>One consent: what it says, and for each agency that it names how much that agency would lose if it were revoked.</summary>
public sealed class ConsentNowModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public Consent Consent { get; private set; } = new();

    public Patient? Person { get; private set; }

    public IReadOnlyList<ConsentEffect> Effects { get; private set; } = [];

    public IReadOnlyDictionary<string, string> Called { get; private set; } = new Dictionary<string, string>();

    public bool IsActive => Consent.Status == Hl7.Fhir.Model.Consent.ConsentState.Active;

    public IEnumerable<string> Actors => (Consent.Provision?.Actor ?? []).Select(actor => actor.Reference?.Reference).OfType<string>();

    public string Name(string reference) => Called.GetValueOrDefault(reference, reference.Split('/')[^1]);

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostRevokeAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        var question = new Parameters();
        return await TryAsync(() => Api.PostAsync<Resource>($"Consent/{Id}/$revoke-consent", question))
            ? LocalRedirect($"/app/people/{Codes.IdOf(Consent.Patient)}?show=consents&done=revoked")
            : Page();
    }

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Consent>($"Consent/{Id}") is not { } consent)
        {
            return false;
        }

        Consent = consent;
        var patient = Codes.IdOf(consent.Patient);
        Person = IsId(patient) ? await Api.ReadAsync<Patient>($"Patient/{patient}") : null;
        Called = await Directory.NamesAsync(Api, []);
        if (IsActive && Person is not null)
        {
            var effects = new List<ConsentEffect>();
            foreach (var agency in Actors.Where(actor => actor.StartsWith("Organization/", StringComparison.Ordinal)).Take(5))
            {
                await TryAsync(async () => effects.Add(ConsentEffect.Of(agency, await Api.PostAsync<Parameters>(
                    $"Patient/{patient}/$preview-consent", Question(agency)))));
            }

            Effects = effects;
        }

        return true;
    }

    private Parameters Question(string agency)
    {
        var question = new Parameters().Add("organization", new ResourceReference(agency))
            .Add("revoke", new ResourceReference($"Consent/{Id}"));
        foreach (var purpose in (Consent.Provision?.Purpose ?? []).Select(purpose => purpose.Code).OfType<string>().Take(5))
        {
            question.Add("purpose", new Code(purpose));
        }

        return question;
    }
}

/// <summary>What an agency sees of a person now, and without the consent.</summary>
public sealed record ConsentEffect(string Agency, int Now, int Without)
{
    internal static ConsentEffect Of(string agency, Parameters answer)
    {
        int Sum(string name) => answer.Parameter.SelectMany(parameter => parameter.Part).Where(part => part.Name == name)
            .Sum(part => int.TryParse($"{part.Value}", NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return new(agency, Sum("before"), Sum("after"));
    }
}
