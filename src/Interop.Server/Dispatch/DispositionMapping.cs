using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>How an incident ended, as the encounter's extension and, where the code itself states a fact, as an Observation.</summary>
internal static class DispositionMapping
{
    private static readonly (string Fact, string[] Codes)[] Facts = [("arrest", ["03"]), ("transport", ["16", "25", "45"])];

    /// <summary>The dispositions of the last message that has any: EIDO tells the current state only.</summary>
    public static IReadOnlyList<EidoDisposition> Latest(IncidentEpisode episode) =>
        [.. (episode.Messages.LastOrDefault(message => message.State?.Dispositions.Count > 0)?.State?.Dispositions ?? [])
            .Distinct()
            .OrderByDescending(disposition => disposition.Primary == true)
            .ThenBy(disposition => disposition.Code, StringComparer.Ordinal)
            .ThenBy(disposition => disposition.Text, StringComparer.Ordinal)];

    public static void WriteExtension(FhirWriter writer, EidoDisposition disposition)
    {
        Action[] parts =
        [
            () => Registry.Disposition.WriteConcept(
                writer.Text("url", "code"), "valueCodeableConcept", disposition.Code, disposition.Text),
            () => writer.Text("url", "primary").Boolean("valueBoolean", disposition.Primary == true),
        ];
        writer.Each("extension", [.. parts.Take(disposition.Primary is null ? 1 : 2)], write => write())
            .Text("url", IncidentFacts.ExtensionRoot + "encounter-disposition");
    }

    /// <summary>
    /// A fact that was stated once stays as a resource. It is entered-in-error when the last word no longer says it, or when
    /// there are several patients and the message does not say whom it means.
    /// </summary>
    public static IEnumerable<MappedResource> Observations(IncidentFacts facts)
    {
        foreach (var episode in facts.Episodes)
        {
            foreach (var (fact, codes) in Facts)
            {
                var stated = episode.Messages.FirstOrDefault(
                    message => message.State?.Dispositions.Any(it => codes.Contains(it.Code)) == true);
                if (stated is not null)
                {
                    var holds = facts.Patients.Count == 1 && Latest(episode).Any(disposition => codes.Contains(disposition.Code));
                    yield return Observation(facts, episode, fact, stated, holds);
                }
            }
        }
    }

    private static MappedResource Observation(IncidentFacts facts, IncidentEpisode episode, string fact, EidoMessage stated, bool holds) =>
        IncidentFacts.Resource(
            facts.Key("Observation", $"observation|{fact}" + IncidentFacts.Nth(episode.Number - 1, "episode")),
            writer => writer
                .Text("status", holds ? "final" : "entered-in-error")
                .Concept("code", new("https://interop.example/fhir/CodeSystem/crisis-observation", fact))
                .Reference("subject", facts.Patient(0).ToString())
                .Reference("encounter", facts.Encounter(0, episode).ToString())
                .Text("effectiveDateTime", stated.Updated.Text)
                .References("performer", facts.Custodian)
                .Boolean("valueBoolean", true));
}
