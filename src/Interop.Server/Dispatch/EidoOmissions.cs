using Interop.Fhir.Validation;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>What a message says in components that are read and that has no effect all the same, so that its sender knows.</summary>
public static class EidoOmissions
{
    /// <summary>For a message of an incident of which nobody has said yet what it is.</summary>
    public static Issue NoIncident { get; } = Kept(
        "incidentComponent",
        "incidentComponent is absent from all messages of this incident: there is no Encounter and no ServiceRequest until one has it."
        + " The message is kept, and what it says takes effect then.");

    public static IEnumerable<Issue> Of(EidoMessage message) =>
        [.. Transfers(message), .. message.Persons.SelectMany(Person), .. Locations(message)];

    private static IEnumerable<Issue> Transfers(EidoMessage message) => message.Agencies.Index()
        .Where(agency => agency.Item.Roles.Contains("TransferredTo"))
        .Select(agency => $"agencyComponent[{agency.Index}].agencyRoleDescriptionRegistryText")
        .Select(place => Kept(place, $"{place}: that the call was transferred is kept in the message only."));

    private static IEnumerable<Issue> Person(EidoPerson person, int index)
    {
        var place = $"personComponent[{index}]";
        if (!person.IsPatient)
        {
            yield return Kept(place, $"{place} has not the role Patient and is kept in the message only.");
        }

        place += ".ncPersonComponent";
        if (person.BirthDate is { } date && !IncidentPatient.IsDate(date))
        {
            yield return Unread(place, $"{place}: the date of birth is not a day (YYYY-MM-DD) and is kept in the message only.");
        }

        if (person.SexCode is { } sex && IncidentPatient.GenderOf(sex) is null)
        {
            yield return Unread(place, $"{place}: the code of sex is neither M nor F and is kept in the message only.");
        }
    }

    private static IEnumerable<Issue> Locations(EidoMessage message) => message.Locations.Index()
        .Where(location => location.Item.Type != LocationMapping.Scene)
        .Select(location => $"locationComponent[{location.Index}]")
        .Select(place => Kept(place, $"{place} is not of the type {LocationMapping.Scene} and is kept in the message only."));

    private static Issue Kept(string place, string words) => new(IssueSeverity.Information, "informational", words, place);

    private static Issue Unread(string place, string words) => new(IssueSeverity.Warning, "value", words, place);
}
