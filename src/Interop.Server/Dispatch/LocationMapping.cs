using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>The scene of the incident. Its patients are its subjects, so that sharing takes it for theirs, not for a facility.</summary>
internal static class LocationMapping
{
    public const string Scene = "CurrentIncident";

    public static ResourceKey? KeyOf(IncidentFacts facts) => Current(facts) is null ? null : facts.Key("Location", "location");

    public static IEnumerable<MappedResource> Map(IncidentFacts facts)
    {
        if (KeyOf(facts) is { } key && Current(facts) is { } location)
        {
            yield return IncidentFacts.Resource(key, writer => Write(writer, facts, location));
        }
    }

    private static EidoLocation? Current(IncidentFacts facts) =>
        facts.Messages
            .SelectMany(message => message.Locations.Where(location => location.Type == Scene))
            .OrderBy(location => location.Updated.Value)
            .ThenBy(location => location.Id, StringComparer.Ordinal)
            .ThenBy(location => location.Description, StringComparer.Ordinal)
            .LastOrDefault();

    private static void Write(FhirWriter writer, IncidentFacts facts, EidoLocation location)
    {
        writer.Each("extension", [.. Enumerable.Range(0, facts.Patients.Count)], patient => writer
            .Text("url", IncidentFacts.ExtensionRoot + "location-subject")
            .Reference("valueReference", facts.Patient(patient).ToString()));
        writer.Text("status", "active").Text("description", location.Description).Text("mode", "instance");
        if (location.Place is { } place)
        {
            WritePlace(writer, place);
        }

        writer.Reference("managingOrganization", facts.Custodian);
    }

    private static void WritePlace(FhirWriter writer, CivicPlace place)
    {
        if ((place.Line ?? place.City ?? place.District ?? place.State ?? place.PostalCode ?? place.Country) is not null)
        {
            writer.Object("address", address => address
                .Texts("line", place.Line is null ? [] : [place.Line])
                .Text("city", place.City)
                .Text("district", place.District)
                .Text("state", place.State)
                .Text("postalCode", place.PostalCode)
                .Text("country", place.Country));
        }

        if (place is { Latitude: { } latitude, Longitude: { } longitude })
        {
            writer.Object("position", position => position.Number("longitude", longitude).Number("latitude", latitude));
        }
    }
}
