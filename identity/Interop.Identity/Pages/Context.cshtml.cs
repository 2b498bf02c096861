using System.Globalization;
using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Authorization;
using Interop.Identity.Http;
using Interop.Identity.Launches;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Identity.Pages;

/// <summary>
/// Asks which patient, and which encounter, an app is about (SMART App Launch, <c>launch/patient</c> and <c>launch/encounter</c>). Its
/// address carries the authorization request. Who is looked for must be named with name and birth date: it is no list to browse.
/// </summary>
internal sealed class ContextModel(
    AuthorizationReader reader,
    Browsers browsers,
    LaunchContexts contexts,
    RecordFinder finder,
    SecurityTrail trail,
    IdentitySettings settings) : PageModel
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? BirthDate { get; set; }

    [BindProperty]
    public string? Step { get; set; }

    [BindProperty]
    public string? Choice { get; set; }

    public AuthorizationRequest? Ask { get; private set; }

    public SignedIn? Person { get; private set; }

    /// <summary>The patient whose encounter is asked for; null while the patient is.</summary>
    public string? Patient { get; private set; }

    public IReadOnlyList<FoundRecord> Found { get; private set; } = [];

    public string? Problem { get; private set; }

    private CancellationToken Aborted => HttpContext.RequestAborted;

    public async Task<IActionResult> OnGetAsync()
    {
        if (!await LoadAsync())
        {
            return Back();
        }

        await ListEncountersAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return Back();
        }

        switch (Step)
        {
            case "cancel":
                await trail.RecordAsync(
                    new(
                        "authorize",
                        true,
                        Ask!.Client.ClientId,
                        Person!.Account.AccountId,
                        HttpContext.Connection.RemoteIpAddress?.ToString(),
                        "The person chose no context."),
                    Aborted);
                return Redirect(Ask.Refusal("access_denied", "The person chose no patient or encounter."));
            case "none" when Patient is not null:
                return Back(contexts.Seal(Ask!, Person!, Patient, string.Empty));
            case "choose" when await IsThereAsync(Choice ?? string.Empty):
                return Back(
                    Patient is null ? contexts.Seal(Ask!, Person!, Choice!, null) : contexts.Seal(Ask!, Person!, Patient, Choice));
            case "choose":
                Problem = "This can't be chosen.";
                break;
            default:
                await SearchAsync();
                break;
        }

        await ListEncountersAsync();
        return Page();
    }

    private Task<bool> IsThereAsync(string id) => Patient is null
        ? finder.HasPatientAsync(Ask!, Person!, id, Aborted)
        : finder.HasEncounterAsync(Ask!, Person!, Patient, id, Aborted);

    private async Task SearchAsync()
    {
        var name = (Name ?? string.Empty).Trim();
        if (Patient is not null)
        {
            return;
        }

        if (name.Length is < 2 or > 100 || name.Any(char.IsControl)
            || !DateOnly.TryParseExact(BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var birthDate))
        {
            Problem = "Give at least two letters of a name, and the date of birth.";
            return;
        }

        var found = await finder.PatientsAsync(Ask!, Person!, name, birthDate, Aborted);
        Found = found ?? [];
        Problem = found switch
        {
            null => "The records can't be searched now, or not by you.",
            [] => "Nobody was found with this name and date of birth.",
            _ => null,
        };
    }

    private async Task ListEncountersAsync()
    {
        if (Patient is not null)
        {
            var found = await finder.EncountersAsync(Ask!, Person!, Patient, Aborted);
            Found = found ?? [];
            Problem ??= found is null ? "The records can't be searched now, or not by you." : null;
        }
    }

    /// <summary>To the authorization endpoint, which decides what comes next.</summary>
    private RedirectResult Back(string? chosen = null)
    {
        var query = QueryString.Create(Request.Query.Where(parameter => chosen is null || parameter.Key != LaunchContexts.Chosen));
        var address = "/authorize" + query;
        return Redirect(chosen is null ? address : QueryHelpers.AddQueryString(address, LaunchContexts.Chosen, chosen));
    }

    private async Task<bool> LoadAsync()
    {
        Ask = (await reader.ReadAsync(Request.Query, Aborted) as AuthorizationReading.Valid)?.Request;
        Person = await browsers.FindAsync(HttpContext);
        if (Ask is null
            || Person is null
            || Person.Account.Organization != Ask.Client.Organization
            || (settings.RequiresSecondFactor && !Person.Session.HasSecondFactor)
            || await contexts.ReadAsync(Ask, Person, Request.Query[LaunchContexts.Chosen], Aborted) is not ContextReading.Missing missing)
        {
            return false;
        }

        Patient = missing.Patient;
        PageHeaders.AllowForms(HttpContext, [FormTargets.Origin(Ask.RedirectUri)]);
        return true;
    }
}
