using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>Who was sent and when each step was reached: the ServiceRequest, and a CareTeam where the programme itself went.</summary>
internal static class ResponseMapping
{
    public static IEnumerable<MappedResource> Map(IncidentFacts facts)
    {
        var sent = facts.Messages.FirstOrDefault(message => message.Units.Count > 0 || IncidentFacts.Dispatched([message]).Count > 0);
        if (sent is null || facts.Episodes.Count == 0)
        {
            yield break;
        }

        for (var patient = 0; patient < facts.Patients.Count; patient++)
        {
            var index = patient;
            yield return IncidentFacts.Resource(
                facts.Key("ServiceRequest", "response" + IncidentFacts.Nth(index)), writer => WriteRequest(writer, facts, sent, index));
            if (IncidentFacts.Dispatched(facts.Messages).Any(agency => IsCustodian(facts, agency)))
            {
                yield return IncidentFacts.Resource(
                    facts.Key("CareTeam", "team" + IncidentFacts.Nth(index)), writer => WriteTeam(writer, facts, sent, index));
            }
        }
    }

    private static bool IsCustodian(IncidentFacts facts, string agency) =>
        facts.Context.Agencies.TryGetValue(agency, out var organization) && organization == facts.Context.Custodian;

    private static void WriteRequest(FhirWriter writer, IncidentFacts facts, EidoMessage sent, int patient)
    {
        var last = facts.Episodes[^1];
        WriteUnitTimes(writer, facts);
        writer.Text("status", last.Status switch { "finished" => "completed", "cancelled" => "revoked", _ => "active" })
            .Text("intent", "order");
        if (last.State.Priority is { } number && facts.Context.Priorities?.TryGetValue(number, out var priority) == true)
        {
            writer.Text("priority", priority);
        }

        WriteCode(writer, facts);
        writer.Reference("subject", facts.Patient(patient).ToString())
            .Reference("encounter", facts.Encounter(patient, last).ToString())
            .Text("authoredOn", sent.Updated.Text);
        var dispatching = sent.Agencies.Where(agency => agency.Roles.Contains("Dispatching")).Select(agency => agency.Id)
            .Order(StringComparer.Ordinal).FirstOrDefault();
        if (dispatching is not null)
        {
            writer.Object("requester", requester => facts.WriteAgency(requester, dispatching));
        }

        writer.Each("performer", IncidentFacts.Dispatched(facts.Messages), agency => facts.WriteAgency(writer, agency));
    }

    private static void WriteCode(FhirWriter writer, IncidentFacts facts)
    {
        var types = facts.Messages.SelectMany(message => message.Units).Select(unit => unit.Type).Distinct().Order(StringComparer.Ordinal)
            .ToArray();
        writer.Object("code", code =>
        {
            code.Codings(
                "coding",
                [.. types.Where(Registry.ResourceType.Contains)
                    .Select(type => new Code("urn:nena:registry:EIDO-EmergencyResourceType-Common", type))]);
            code.Text("text", types.Length == 0 ? "Response" : string.Join(", ", types));
        });
    }

    /// <summary>When each unit was first seen in each state: EIDO tells the current one only, so nobody else keeps this.</summary>
    private static void WriteUnitTimes(FhirWriter writer, IncidentFacts facts)
    {
        var times = facts.Messages
            .SelectMany(message => message.Units)
            .SelectMany(unit => unit.Statuses.Select(status => (Unit: unit.Name ?? unit.Id, unit.Type, Status: status, Time: unit.Updated)))
            .GroupBy(step => (step.Unit, step.Type, step.Status))
            .Select(steps => steps.OrderBy(step => step.Time.Value).ThenBy(step => step.Time.Text, StringComparer.Ordinal).First())
            .OrderBy(step => step.Time.Value)
            .ThenBy(step => step.Unit, StringComparer.Ordinal)
            .ThenBy(step => step.Type, StringComparer.Ordinal)
            .ThenBy(step => step.Status, StringComparer.Ordinal);
        writer.Each("extension", [.. times], step =>
        {
            Action[] parts =
            [
                () => writer.Text("url", "unit").Text("valueString", step.Unit),
                () => Registry.ResourceType.WriteConcept(writer.Text("url", "type"), "valueCodeableConcept", step.Type, null),
                () => Registry.UnitStatus.WriteConcept(writer.Text("url", "status"), "valueCodeableConcept", step.Status, null),
                () => writer.Text("url", "time").Text("valueDateTime", step.Time.Text),
            ];
            writer.Each("extension", parts, write => write()).Text("url", IncidentFacts.ExtensionRoot + "response-unit-status");
        });
    }

    private static void WriteTeam(FhirWriter writer, IncidentFacts facts, EidoMessage sent, int patient)
    {
        var last = facts.Episodes[^1];
        writer.Text("status", last.IsEnded ? "inactive" : "active")
            .Reference("subject", facts.Patient(patient).ToString())
            .Reference("encounter", facts.Encounter(patient, last).ToString())
            .Object("period", period => period
                .Text("start", sent.Updated.Text)
                .Text("end", last.End is { } end && end.Value >= sent.Updated.Value ? end.Text : null))
            .One("participant", participant => participant.Reference("member", facts.Custodian))
            .References("managingOrganization", facts.Custodian);
    }
}
