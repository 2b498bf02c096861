using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Outcomes;

namespace Interop.Server.Dispatch;

/// <summary>How an incident ended, as the encounter's extension and, where the code itself states a fact, as an Observation.</summary>
internal static class DispositionMapping
{
    /// <summary>The dispositions of the last message that has any: EIDO tells the current state only.</summary>
    public static IReadOnlyList<EidoDisposition> Latest(IncidentEpisode episode) =>
        [.. (episode.Messages.LastOrDefault(message => message.State?.Dispositions.Count > 0)?.State?.Dispositions ?? [])
            .Distinct()
            .OrderByDescending(disposition => disposition.Primary == true)
            .ThenBy(disposition => disposition.Code, StringComparer.Ordinal)
            .ThenBy(disposition => disposition.Text, StringComparer.Ordinal)];

    public static Extension Extension(EidoDisposition disposition) => IncidentFacts.Extension(
        "encounter-disposition",
        [
            new("code", Registry.Disposition.Concept(disposition.Code, disposition.Text)),
            .. disposition.Primary is { } isPrimary ? [new Extension("primary", new FhirBoolean(isPrimary))] : Array.Empty<Extension>(),
        ]);

    /// <summary>
    /// A fact that was stated once stays as a resource. It is entered-in-error when the last word no longer says it, or when
    /// there are several patients and the message does not say whom it means.
    /// </summary>
    public static IEnumerable<Observation> Observations(IncidentFacts facts)
    {
        foreach (var episode in facts.Episodes)
        {
            foreach (var (fact, codes) in OutcomeTable.Stated)
            {
                var stated = episode.Messages.FirstOrDefault(
                    message => message.State?.Dispositions.Any(it => codes.Contains(it.Code)) == true);
                if (stated is not null)
                {
                    var holds = facts.Patients.Count == 1 && Latest(episode).Any(disposition => codes.Contains(disposition.Code));
                    yield return Of(facts, episode, fact, stated, holds);
                }
            }
        }
    }

    private static Observation Of(IncidentFacts facts, IncidentEpisode episode, string fact, EidoMessage stated, bool holds) => new()
    {
        Id = facts.Key("Observation", $"observation|{fact}" + IncidentFacts.Nth(episode.Number - 1, "episode")).Id,
        Status = holds ? ObservationStatus.Final : ObservationStatus.EnteredInError,
        Code = new(OutcomeTable.System, fact),
        Subject = facts.Patient(0).ToReference(),
        Encounter = facts.Encounter(0, episode).ToReference(),
        Effective = new FhirDateTime(stated.Updated.Text),
        Performer = [facts.Custodian],
        Value = new FhirBoolean(true),
    };
}
