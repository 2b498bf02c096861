using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Oversight;

/// <summary>Who saw this person and why; what she agreed to, and what it does now.</summary>
public sealed class PersonModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    /// <summary><c>seen</c> or <c>consents</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string Show { get; set; } = "seen";

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public PersonBanner Person { get; private set; } = new(null, []);

    public IReadOnlyList<Sighting> Seen { get; private set; } = [];

    public IReadOnlyList<Consent> Consents { get; private set; } = [];

    /// <summary>Names of people and agencies by reference.</summary>
    public IReadOnlyDictionary<string, string> Called { get; private set; } = new Dictionary<string, string>();

    public string? NextPage { get; private set; }

    public string Name(string reference) => Called.GetValueOrDefault(reference, reference.Split('/')[^1]);

    /// <summary>What opened her record: who asks for many at once has the consents of others among the grounds.</summary>
    public IEnumerable<string> GroundsOf(Sighting one)
    {
        var hers = Consents.Select(consent => $"Consent/{consent.Id}").ToHashSet();
        return one.Grounds.Where(ground => !IsConsent(ground) || hers.Contains(Unversioned(ground)))
            .DistinctBy(ground => IsConsent(ground) ? Unversioned(ground) : string.Empty);

        static bool IsConsent(string ground) => ground.StartsWith("Consent/", StringComparison.Ordinal);

        static string Unversioned(string ground) => string.Join('/', ground.Split('/').Take(2));
    }

    public async Task<IActionResult> OnGetAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Patient>($"Patient/{Id}") is not { } person)
        {
            return NotFound();
        }

        Person = new(person, []);
        Consents = await Api.FindAsync<Consent>($"Consent?patient=Patient/{Id}&_sort=-date&_count=50");
        if (Show != "consents")
        {
            var found = await Api.SearchAsync(
                After is { Length: > 0 } ? $"AuditEvent?{After}" : $"AuditEvent?patient=Patient/{Id}&_sort=-date&_count=100");
            Seen = Sighting.Of(found.Entry.Select(entry => entry.Resource).OfType<AuditEvent>(), Site.TimeZone);
            NextPage = Next(found);
        }

        Called = await Directory.NamesAsync(Api, Seen.Select(one => one.Who));
        return Page();
    }
}
