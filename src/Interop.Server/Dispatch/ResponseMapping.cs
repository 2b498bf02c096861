using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;
using static Hl7.Fhir.Model.Encounter;

namespace Interop.Server.Dispatch;

/// <summary>Who was sent and when each step was reached: the ServiceRequest, and a CareTeam where the programme itself went.</summary>
internal static class ResponseMapping
{
    public static IEnumerable<Resource> Map(IncidentFacts facts)
    {
        var sent = facts.Messages.FirstOrDefault(message => message.Units.Count > 0 || IncidentFacts.Dispatched([message]).Count > 0);
        if (sent is null || facts.Episodes.Count == 0)
        {
            yield break;
        }

        for (var patient = 0; patient < facts.Patients.Count; patient++)
        {
            yield return Request(facts, sent, patient);
            if (IncidentFacts.Dispatched(facts.Messages).Any(agency => IsCustodian(facts, agency)))
            {
                yield return Team(facts, sent, patient);
            }
        }
    }

    private static bool IsCustodian(IncidentFacts facts, string agency) =>
        facts.Context.Agencies.TryGetValue(agency, out var organization) && organization == facts.Context.Custodian;

    private static ServiceRequest Request(IncidentFacts facts, EidoMessage sent, int patient)
    {
        var last = facts.Episodes[^1];
        var dispatching = sent.Agencies.Where(agency => agency.Roles.Contains("Dispatching")).Select(agency => agency.Id)
            .Order(StringComparer.Ordinal).FirstOrDefault();
        return new()
        {
            Id = facts.Key("ServiceRequest", "response" + IncidentFacts.Nth(patient)).Id,
            Extension = [.. UnitTimes(facts)],
            Status = last.Status switch
            {
                EncounterStatus.Finished => RequestStatus.Completed,
                EncounterStatus.Cancelled => RequestStatus.Revoked,
                _ => RequestStatus.Active,
            },
            Intent = RequestIntent.Order,
            PriorityElement = last.State.Priority is { } number && facts.Context.Priorities?.TryGetValue(number, out var priority) == true
                ? new() { JsonValue = priority }
                : null,
            Code = CodeOf(facts),
            Subject = facts.Patient(patient).ToReference(),
            Encounter = facts.Encounter(patient, last).ToReference(),
            AuthoredOn = sent.Updated.Text,
            Requester = dispatching is null ? null : facts.Agency(dispatching),
            Performer = [.. IncidentFacts.Dispatched(facts.Messages).Select(facts.Agency)],
        };
    }

    private static CodeableConcept CodeOf(IncidentFacts facts)
    {
        var types = facts.Messages.SelectMany(message => message.Units).Select(unit => unit.Type).Distinct().Order(StringComparer.Ordinal)
            .ToArray();
        return new()
        {
            Coding =
            [
                .. types.Where(Registry.ResourceType.Contains)
                    .Select(type => new Coding("urn:nena:registry:EIDO-EmergencyResourceType-Common", type)),
            ],
            Text = types.Length == 0 ? "Response" : string.Join(", ", types),
        };
    }

    /// <summary>When each unit was first seen in each state: EIDO tells the current one only, so nobody else keeps this.</summary>
    private static IEnumerable<Extension> UnitTimes(IncidentFacts facts) => facts.Messages
        .SelectMany(message => message.Units)
        .SelectMany(unit => unit.Statuses.Select(status => (Unit: unit.Name ?? unit.Id, unit.Type, Status: status, Time: unit.Updated)))
        .GroupBy(step => (step.Unit, step.Type, step.Status))
        .Select(steps => steps.OrderBy(step => step.Time.Value).ThenBy(step => step.Time.Text, StringComparer.Ordinal).First())
        .OrderBy(step => step.Time.Value)
        .ThenBy(step => step.Unit, StringComparer.Ordinal)
        .ThenBy(step => step.Type, StringComparer.Ordinal)
        .ThenBy(step => step.Status, StringComparer.Ordinal)
        .Select(step => IncidentFacts.Extension(
            "response-unit-status",
            [
                new("unit", new FhirString(step.Unit)),
                new("type", Registry.ResourceType.Concept(step.Type)),
                new("status", Registry.UnitStatus.Concept(step.Status)),
                new("time", new FhirDateTime(step.Time.Text)),
            ]));

    private static CareTeam Team(IncidentFacts facts, EidoMessage sent, int patient)
    {
        var last = facts.Episodes[^1];
        return new()
        {
            Id = facts.Key("CareTeam", "team" + IncidentFacts.Nth(patient)).Id,
            Status = last.IsEnded ? CareTeam.CareTeamStatus.Inactive : CareTeam.CareTeamStatus.Active,
            Subject = facts.Patient(patient).ToReference(),
            Encounter = facts.Encounter(patient, last).ToReference(),
            Period = new()
            {
                Start = sent.Updated.Text,
                End = last.End is { } end && end.Value >= sent.Updated.Value ? end.Text : null,
            },
            Participant = [new() { Member = facts.Custodian }],
            ManagingOrganization = [facts.Custodian],
        };
    }
}
