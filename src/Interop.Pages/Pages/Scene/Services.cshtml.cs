using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Scene;

/// <summary>Where somebody can go: what is needed, near, open now, with room. Who offers a house says whether there is.</summary>
public sealed class ServicesModel : AppPage
{
    /// <summary>The incident from which somebody came here.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Incident { get; set; }

    /// <summary>Words of a name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Name { get; set; }

    [BindProperty(SupportsGet = true)]
    public bool Room { get; set; }

    [BindProperty(SupportsGet = true)]
    public bool Open { get; set; }

    /// <summary>Latitude and longitude, <c>47.6|-122.3</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? At { get; set; }

    public IReadOnlyList<ServiceRow> Rows { get; private set; } = [];

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var query = $"_count=50&_sort=name&active=true&_include=HealthcareService:location&_include=HealthcareService:organization"
            + (Name is { Length: > 0 } ? $"&name:contains={Uri.EscapeDataString(Name)}" : string.Empty)
            + (Room ? "&capacity=capacity,waitlist" : string.Empty)
            + (IsPoint(At) ? $"&location.near={Uri.EscapeDataString(At + "|25|km")}" : string.Empty);
        var found = await Api.SearchAsync((Open ? "HealthcareService/$open?" : "HealthcareService?") + query);
        var (places, houses) = (ById<Location>(found), ById<Organization>(found));
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<HealthcareService>().Select(service => new ServiceRow(
                service,
                service.Location.Select(place => places.GetValueOrDefault(place.Reference ?? string.Empty)).FirstOrDefault(),
                houses.GetValueOrDefault(service.ProvidedBy?.Reference ?? string.Empty)?.Name,
                ServiceRow.CapacityOf(service),
                service.ProvidedBy?.Reference == Agency)),
        ];
    }

    /// <summary>The house says whether there is room.</summary>
    public async Task<IActionResult> OnPostRoomAsync(string id, string capacity)
    {
        if (IsId(id) && Names.In("capacity").Any(known => known.Code == capacity) && await TryAsync(async () =>
            {
                var service = await Api.ReadAsync<HealthcareService>($"HealthcareService/{id}") ?? throw new FhirRefusedException(
                    System.Net.HttpStatusCode.NotFound, null);
                service.RemoveExtension(ServiceRow.CapacityUrl);
                service.Extension.Add(new()
                {
                    Url = ServiceRow.CapacityUrl,
                    Extension = [new("capacityStatus", new CodeableConcept(ServiceRow.CapacityCodes, capacity))],
                });
                await Api.PutAsync<HealthcareService>($"HealthcareService/{id}", service.Meta?.VersionId, service);
            }))
        {
            return LocalRedirect("/app/services?done=saved");
        }

        await OnGetAsync();
        return Page();
    }

    private static bool IsPoint(string? text) => text?.Split('|') is [var latitude, var longitude]
        && double.TryParse(latitude, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        && double.TryParse(longitude, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
