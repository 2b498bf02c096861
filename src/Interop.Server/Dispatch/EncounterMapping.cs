using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>One Encounter for each patient and episode (https://hl7.org/fhir/R4/encounter.html).</summary>
internal static class EncounterMapping
{
    private static readonly Code Field = new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "FLD", "field");

    public static IEnumerable<MappedResource> Map(IncidentFacts facts)
    {
        for (var patient = 0; patient < facts.Patients.Count; patient++)
        {
            foreach (var episode in facts.Episodes)
            {
                var index = patient;
                yield return IncidentFacts.Resource(facts.Encounter(index, episode), writer => Write(writer, facts, episode, index));
            }
        }
    }

    private static void Write(FhirWriter writer, IncidentFacts facts, IncidentEpisode episode, int patient)
    {
        var state = episode.State;
        WriteExtensions(writer, facts, episode);
        WriteIdentifiers(writer, facts, episode);
        writer.Text("status", episode.Status);
        WriteHistory(writer, episode);
        writer.Coding("class", Field)
            .One("type", type => Registry.IncidentType.WriteParts(type, state.TypeCode, state.TypeText));
        if (state.Priority is { } priority)
        {
            writer.Concept("priority", new("urn:nena:registry:EIDO-IncidentPriority-Common", $"{priority}"));
        }

        writer.Reference("subject", facts.Patient(patient).ToString());
        WriteParticipants(writer, episode);
        writer.Object("period", period => period.Text("start", episode.Start.Text).Text("end", episode.End?.Text));
        if (LocationMapping.KeyOf(facts) is { } location)
        {
            writer.One("location", place => place.Reference("location", location.ToString()));
        }

        writer.Reference("serviceProvider", facts.Custodian);
        if (episode.Number > 1)
        {
            writer.Reference("partOf", facts.Encounter(patient, facts.Episodes[episode.Number - 2]).ToString());
        }
    }

    private static void WriteExtensions(FhirWriter writer, IncidentFacts facts, IncidentEpisode episode)
    {
        var agencies = IncidentFacts.Dispatched(episode.Current)
            .Where(facts.Context.Agencies.ContainsKey)
            .Select(agency => facts.Context.Agencies[agency])
            .Distinct()
            .Order(StringComparer.Ordinal);
        var relations = Relations(facts.Messages)
            .OrderBy(relation => relation.Kind, StringComparer.Ordinal)
            .ThenBy(relation => relation.Incident, StringComparer.Ordinal)
            .ThenBy(relation => relation.Direction, StringComparer.Ordinal);
        Action[] extensions =
        [
            .. agencies.Select(agency => (Action)(() => writer
                .Text("url", IncidentFacts.ExtensionRoot + "encounter-assigned-agency")
                .Reference("valueReference", $"Organization/{agency}"))),
            .. DispositionMapping.Latest(episode).Select(it => (Action)(() => DispositionMapping.WriteExtension(writer, it))),
            .. relations.Select(relation => (Action)(() => WriteRelation(writer, relation))),
        ];
        writer.Each("extension", extensions, write => write());
    }

    /// <summary>Merges are events, and all are kept; a link is a state, of which the last word counts, and UNLINK ends it.</summary>
    private static IEnumerable<EidoRelation> Relations(IReadOnlyList<EidoMessage> messages)
    {
        var all = messages.SelectMany(message => message.Relations).ToLookup(relation => relation.Kind == "link");
        var links = all[true].GroupBy(link => link.Incident).Select(words => words.Last()).Where(link => link.Direction != "UNLINK");
        return [.. all[false].Distinct(), .. links];
    }

    /// <summary>The other incident by its number only: its encounter may never come here.</summary>
    private static void WriteRelation(FhirWriter writer, EidoRelation relation)
    {
        Action[] parts =
        [
            () => writer.Text("url", "relation").Text("valueCode", relation.Kind),
            () => writer.Text("url", "direction").Text("valueString", relation.Direction),
            () => writer.Text("url", "incident").Object("valueIdentifier", identifier => identifier
                .Text("system", IncidentFacts.IncidentSystem).Text("value", relation.Incident)),
        ];
        writer.Each("extension", parts, write => write()).Text("url", IncidentFacts.ExtensionRoot + "encounter-linked-incident");
    }

    private static void WriteIdentifiers(FhirWriter writer, IncidentFacts facts, IncidentEpisode episode)
    {
        var number = episode.Messages.Select(message => message.State?.InternalId).LastOrDefault(id => id is not null);
        (string System, string? Value)[] identifiers =
            [(IncidentFacts.IncidentSystem, facts.Urn), (IncidentFacts.IncidentNumberSystem, number)];
        writer.Each(
            "identifier",
            [.. identifiers.Where(identifier => identifier.Value is not null)],
            identifier => writer.Text("system", identifier.System).Text("value", identifier.Value));
    }

    private static void WriteHistory(FhirWriter writer, IncidentEpisode episode)
    {
        var spans = episode.Spans.Select((span, index) =>
            (span.Status, span.From, To: index + 1 < episode.Spans.Count ? episode.Spans[index + 1].From.Text : null));
        writer.Each("statusHistory", [.. spans], span => writer
            .Text("status", span.Status)
            .Object("period", period => period.Text("start", span.From.Text).Text("end", span.To)));
    }

    /// <summary>Agents are known by the dispatch centre's ids only, so they are logical references.</summary>
    private static void WriteParticipants(FhirWriter writer, IncidentEpisode episode)
    {
        var agents = episode.Messages.SelectMany(message => message.Units).SelectMany(unit => unit.Agents)
            .Distinct().Order(StringComparer.Ordinal);
        writer.Each("participant", [.. agents], agent => writer.Object("individual", individual => individual
            .Text("type", "PractitionerRole")
            .Object("identifier", identifier => identifier.Text("system", "urn:interop:eido-agent").Text("value", agent))));
    }
}
