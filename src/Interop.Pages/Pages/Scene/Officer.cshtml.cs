using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Scene;

/// <summary>
/// What an officer on scene may learn: a number of an incident, two things that are known of the person, and one document. It comes as the
/// answer to a form, so that it has no address, and nothing of it stays.
/// </summary>
public sealed class OfficerModel : AppPage
{
    [BindProperty]
    public string? Incident { get; set; }

    [BindProperty]
    public string? Family { get; set; }

    [BindProperty]
    public string? Given { get; set; }

    [BindProperty]
    public string? BirthDate { get; set; }

    [BindProperty]
    public string? Phone { get; set; }

    /// <summary>Null until asked.</summary>
    public Bundle? Summary { get; private set; }

    public PersonBanner Person { get; private set; } = new(null, []);

    public IReadOnlyList<string> Alerts { get; private set; } = [];

    public IReadOnlyList<string> Helps { get; private set; } = [];

    public async System.Threading.Tasks.Task OnPostAsync()
    {
        var known = new[] { ("family", Family), ("given", Given), ("birthDate", BirthDate), ("phone", Phone) }
            .Where(part => !string.IsNullOrWhiteSpace(part.Item2)).ToList();
        if (string.IsNullOrWhiteSpace(Incident) || known.Count < 2)
        {
            Object(T["Give the incident's number, and two things that you know of the person."]);
            return;
        }

        var question = new Parameters().Add("incident", new FhirString(Incident.Trim())).Add("officer", new FhirString(Badge));
        foreach (var (name, value) in known)
        {
            question.Add(name, name == "birthDate" ? new Date(value!.Trim()) : new FhirString(value!.Trim()));
        }

        if (!await TryAsync(async () => Summary = await Api.PostAsync<Bundle>("Patient/$crisis-summary", question)))
        {
            return;
        }

        var all = Summary!.Entry.Select(entry => entry.Resource).ToList();
        Person = new(all.OfType<Patient>().FirstOrDefault(), []);
        Alerts = [.. all.OfType<Flag>().Select(flag => Names.Of("safety-flag", flag.Code)).Distinct()];
        Helps = [.. all.OfType<CarePlan>().SelectMany(plan => plan.Activity).Select(step => step.Detail?.Description).OfType<string>()];
    }

    private string Badge => PageSession.PractitionerOf(User)?.Split('/')[1] ?? PageSession.NameOf(User);
}
