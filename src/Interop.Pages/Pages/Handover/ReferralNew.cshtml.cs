using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Pages.Pages.Handover;

/// <summary>
/// Asks another house to take over. Whether it rests on an agreement and on the person's consent is checked where it is stored: what is
/// missing comes back in words, and nothing is sent.
/// </summary>
public sealed class ReferralNewModel : AppPage
{
    public static readonly IReadOnlyList<(string Code, string Name)> Kinds =
    [
        ("183524004", "Referral to psychiatry"), ("308440001", "Referral to social worker"),
        ("710911006", "Referral to housing service"), ("710915002", "Referral to community service"),
    ];

    [BindProperty(SupportsGet = true)]
    public string Patient { get; set; } = string.Empty;

    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    [BindProperty]
    public string? Owner { get; set; }

    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public bool Urgent { get; set; }

    [BindProperty]
    public string? InWords { get; set; }

    public PersonBanner Person { get; private set; } = new(null, []);

    public IReadOnlyList<ServiceRow> Services { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        var kind = Kinds.FirstOrDefault(known => known.Code == Kind);
        var service = Services.FirstOrDefault(row => row.Service.Id == Owner)?.Service;
        if (kind.Code is null || service?.ProvidedBy?.Reference is not { } house)
        {
            Object(T["Choose what is needed, and a house."]);
            return Page();
        }

        return await TryAsync(() => Api.PostAsync<Bundle>(string.Empty, Asked(kind, house)))
            ? LocalRedirect("/app/referrals?show=out&done=sent")
            : Page();
    }

    private Bundle Asked((string Code, string Name) kind, string house)
    {
        const string Request = "urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c21";
        var now = When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        var person = new ResourceReference($"Patient/{Patient}");
        var priority = Urgent ? RequestPriority.Urgent : RequestPriority.Routine;
        var bundle = new Bundle { Type = Bundle.BundleType.Transaction };
        bundle.AddResourceEntry(
            new ServiceRequest
            {
                Status = RequestStatus.Active,
                Intent = RequestIntent.Order,
                Category = [new(Codes.Snomed, "3457005", "Referral")],
                Priority = priority,
                Code = new(Codes.Snomed, kind.Code, kind.Name),
                Subject = person,
                AuthoredOn = now,
                Requester = new(Agency),
                Performer = [new(house)],
            },
            Request).Request = Posted("ServiceRequest");
        bundle.AddResourceEntry(
            new FhirTask
            {
                Status = FhirTask.TaskStatus.Requested,
                Intent = FhirTask.TaskIntent.Order,
                Priority = priority,
                Code = Codes.Concept("crisis-task", "fulfill-referral"),
                Description = string.IsNullOrWhiteSpace(InWords) ? null : InWords.Trim(),
                Focus = new(Request),
                For = person,
                AuthoredOn = now,
                LastModified = now,
                Requester = new(Agency),
                Owner = new(house),
            },
            "urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c22").Request = Posted("Task");
        return bundle;

        static Bundle.RequestComponent Posted(string type) => new() { Method = Bundle.HTTPVerb.POST, Url = type };
    }

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Patient) || await Api.ReadAsync<Patient>($"Patient/{Patient}") is not { } person)
        {
            return false;
        }

        Person = new(person, []);
        var services = await Api.SearchAsync("HealthcareService?active=true&_sort=name&_count=50&_include=HealthcareService:organization");
        var houses = ById<Organization>(services);
        Services =
        [
            .. services.Entry.Select(entry => entry.Resource).OfType<HealthcareService>()
                .Where(service => service.ProvidedBy?.Reference != Agency)
                .Select(service => new ServiceRow(
                    service,
                    null,
                    houses.GetValueOrDefault(service.ProvidedBy?.Reference ?? string.Empty)?.Name,
                    ServiceRow.CapacityOf(service),
                    false)),
        ];
        return true;
    }
}
