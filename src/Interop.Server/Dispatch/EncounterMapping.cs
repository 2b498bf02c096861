using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Settings;

namespace Interop.Server.Dispatch;

/// <summary>One Encounter for each patient and episode (https://hl7.org/fhir/R4/encounter.html).</summary>
internal static class EncounterMapping
{
    private static readonly Coding Field = new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "FLD", "field");

    public static IEnumerable<Encounter> Map(IncidentFacts facts) =>
        facts.Patients.SelectMany((_, patient) => facts.Episodes.Select(episode => Of(facts, episode, patient)));

    private static Encounter Of(IncidentFacts facts, IncidentEpisode episode, int patient)
    {
        var state = episode.State;
        return new()
        {
            Id = facts.Encounter(patient, episode).Id,
            Extension =
            [
                .. Agencies(facts, episode),
                .. DispositionMapping.Latest(episode).Select(DispositionMapping.Extension),
                .. Relations(facts),
            ],
            Identifier = [.. Identifiers(facts, episode)],
            Status = episode.Status,
            StatusHistory = [.. History(episode)],
            Class = Field,
            Type = [Registry.IncidentType.Concept(state.TypeCode, state.TypeText)],
            Priority = state.Priority is { } priority ? new("urn:nena:registry:EIDO-IncidentPriority-Common", $"{priority}") : null,
            Subject = facts.Patient(patient).ToReference(),
            Participant = [.. Participants(episode)],
            Period = new() { Start = episode.Start.Text, End = episode.End?.Text },
            Location = LocationMapping.KeyOf(facts) is { } location ? [new() { Location = location.ToReference() }] : [],
            ServiceProvider = facts.Custodian,
            PartOf = episode.Number > 1 ? facts.Encounter(patient, facts.Episodes[episode.Number - 2]).ToReference() : null,
        };
    }

    private static IEnumerable<Extension> Agencies(IncidentFacts facts, IncidentEpisode episode) => IncidentFacts
        .Dispatched(episode.Current)
        .Where(facts.Context.Agencies.ContainsKey)
        .Select(agency => facts.Context.Agencies[agency])
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(agency => IncidentFacts.Extension("encounter-assigned-agency", new ResourceReference($"Organization/{agency}")));

    /// <summary>Merges are events, and all are kept; a link is a state, of which the last word counts, and UNLINK ends it.</summary>
    private static IEnumerable<Extension> Relations(IncidentFacts facts)
    {
        var all = facts.Messages.SelectMany(message => message.Relations).ToLookup(relation => relation.Kind == "link");
        var links = all[true].GroupBy(link => link.Incident).Select(words => words.Last()).Where(link => link.Direction != "UNLINK");
        return all[false].Distinct().Concat(links)
            .OrderBy(relation => relation.Kind, StringComparer.Ordinal)
            .ThenBy(relation => relation.Incident, StringComparer.Ordinal)
            .ThenBy(relation => relation.Direction, StringComparer.Ordinal)
            .Select(Relation);
    }

    /// <summary>The other incident by its number only: its encounter may never come here.</summary>
    private static Extension Relation(EidoRelation relation) => IncidentFacts.Extension(
        "encounter-linked-incident",
        [
            new("relation", new Code(relation.Kind)),
            new("direction", new FhirString(relation.Direction)),
            new("incident", new Identifier(CrisisProfiles.IncidentSystem, relation.Incident)),
        ]);

    private static IEnumerable<Identifier> Identifiers(IncidentFacts facts, IncidentEpisode episode)
    {
        yield return new(CrisisProfiles.IncidentSystem, facts.Urn);
        if (episode.Messages.Select(message => message.State?.InternalId).LastOrDefault(id => id is not null) is { } number)
        {
            yield return new(IncidentFacts.IncidentNumberSystem, number);
        }
    }

    private static IEnumerable<Encounter.StatusHistoryComponent> History(IncidentEpisode episode) =>
        episode.Spans.Select((span, index) => new Encounter.StatusHistoryComponent
        {
            Status = span.Status,
            Period = new()
            {
                Start = span.From.Text,
                End = index + 1 < episode.Spans.Count ? episode.Spans[index + 1].From.Text : null,
            },
        });

    /// <summary>Agents are known by the dispatch centre's ids only, so they are logical references.</summary>
    private static IEnumerable<Encounter.ParticipantComponent> Participants(IncidentEpisode episode) => episode.Messages
        .SelectMany(message => message.Units)
        .SelectMany(unit => unit.Agents)
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(agent => new Encounter.ParticipantComponent
        {
            Individual = new() { Type = "PractitionerRole", Identifier = new("urn:interop:eido-agent", agent) },
        });
}
