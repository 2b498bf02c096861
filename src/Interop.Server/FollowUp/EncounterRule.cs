using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.FollowUp;

/// <summary>An encounter that has ended stays so, and owes its person a follow-up.</summary>
internal sealed class EncounterRule(InteropSettings settings, Secrets secrets) : TypeRule("Encounter")
{
    /// <summary>
    /// What is over made the follow-up and ended the case, so another crisis is another encounter (<c>partOf</c> or by
    /// <c>episodeOfCare</c>), and what was wrong is entered-in-error.
    /// </summary>
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var (from, to) = (step.Before is { } before ? StatusOf(before) : null, StatusOf(step.After));
        return from is "finished" or "cancelled" && to != from && to != "entered-in-error"
            ? new(IssueCode.BusinessRule, $"An encounter that is {from} stays so, or becomes entered-in-error.", "Encounter.status")
            : null;
    }

    /// <summary>The follow-up, when an encounter of the custodian's has just finished.</summary>
    public override MappedResource? Following(StoredStep step) =>
        step.Custodian == settings.Custodian && !(step.Before is { } before && StatusOf(before) == "finished")
            ? FollowUpTask.TaskFor(step.Body, Instants.ToDateTimeOffset(step.Instant), settings.Custodian, secrets.Key.Span)
            : null;

    private static string? StatusOf(ReadOnlyMemory<byte> encounter) => TopLevel.Text(encounter.Span, "status");
}
