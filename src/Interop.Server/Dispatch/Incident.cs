using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>
/// An incident of the dispatch centre as FHIR resources. The result depends on the set of messages and nothing else: repeats,
/// lateness and order of arrival change no byte, and a message more never takes a resource away.
/// </summary>
public static class Incident
{
    /// <summary>
    /// The incident's resources in an order in which each can be stored: Patient, Location, Encounter, ServiceRequest, CareTeam,
    /// Observation, Flag, DocumentReference, Provenance. Without an incidentComponent in any of the messages there is no Encounter, nor
    /// what hangs on its status: ServiceRequest and CareTeam.
    /// </summary>
    /// <param name="messages">All known messages of one incident, at least one; duplicates are ignored.</param>
    /// <exception cref="ArgumentException">There is no message, or they belong to different incidents.</exception>
    public static IReadOnlyList<MappedResource> Map(IReadOnlyCollection<EidoMessage> messages, IncidentContext context)
    {
        if (messages.Select(message => message.Incident).Distinct().Count() != 1)
        {
            throw new ArgumentException("The messages must be of exactly one incident.", nameof(messages));
        }

        var facts = new IncidentFacts(messages, context);
        List<Resource> resources =
        [
            .. IncidentPatient.Map(facts),
            .. LocationMapping.Map(facts),
            .. EncounterMapping.Map(facts),
            .. ResponseMapping.Map(facts),
            .. DispositionMapping.Observations(facts),
            .. CautionMapping.Map(facts),
            .. DocumentMapping.Map(facts),
        ];
        return [.. resources.Append(ProvenanceMapping.Map(facts, resources)).Select(MappedResource.Of)];
    }
}
