using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>The scene of the incident. Its patients are its subjects, so that sharing takes it for theirs, not for a facility.</summary>
internal static class LocationMapping
{
    public const string Scene = "CurrentIncident";

    public static ResourceKey? KeyOf(IncidentFacts facts) => Current(facts) is null ? null : facts.Key("Location", "location");

    public static IEnumerable<Location> Map(IncidentFacts facts) =>
        KeyOf(facts) is { } key && Current(facts) is { } location ? [Of(facts, location, key.Id)] : [];

    private static EidoLocation? Current(IncidentFacts facts) =>
        facts.Messages
            .SelectMany(message => message.Locations.Where(location => location.Type == Scene))
            .OrderBy(location => location.Updated.Value)
            .ThenBy(location => location.Id, StringComparer.Ordinal)
            .ThenBy(location => location.Description, StringComparer.Ordinal)
            .LastOrDefault();

    private static Location Of(IncidentFacts facts, EidoLocation location, string id) => new()
    {
        Id = id,
        Extension =
        [
            .. Enumerable.Range(0, facts.Patients.Count)
                .Select(patient => IncidentFacts.Extension("location-subject", facts.Patient(patient).ToReference())),
        ],
        Status = Location.LocationStatus.Active,
        Description = location.Description,
        Mode = Location.LocationMode.Instance,
        Address = location.Place is { } place ? AddressOf(place) : null,
        Position = location.Place is { Latitude: { } latitude, Longitude: { } longitude }
            ? new() { Longitude = longitude, Latitude = latitude }
            : null,
        ManagingOrganization = facts.Custodian,
    };

    private static Address AddressOf(CivicPlace place) => new()
    {
        Line = place.Line is null ? [] : [place.Line],
        City = place.City,
        District = place.District,
        State = place.State,
        PostalCode = place.PostalCode,
        Country = place.Country,
    };
}
