using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Consents;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Consents;

/// <summary>
/// A consent that can't be read whole denies more than it says: the privacy officer of who recorded it finds a Task to have it put right,
/// which ends when it can be read, or is not active any more. Nobody else sees the Task.
/// </summary>
internal sealed class ConsentReview(FollowUps followUps, InteropSettings settings, Secrets secrets) : TypeRule("Consent")
{
    public const string Code = "consent-review";

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        var key = new ResourceKey("Task", NameBasedId.Of(secrets.Key.Span, $"{Code}|{step.Key}"));
        var open = transaction.BytesOf(key) is { } stored && new TaskBody(stored) is { IsOpen: true } waiting ? waiting : null;
        var consent = step.Body is { } body && !followUps.Refuses(body, step.Instant)
            ? ConsentReader.Read(body, step.Key.Id, step.Custodian, 1, step.Instant)
            : null;
        if (consent is { State: ConsentState.Active, IsIndeterminate: true })
        {
            // One that waits keeps its due time, and who has taken it.
            if (open is null)
            {
                transaction.Put(key, step.Custodian, TaskFor(key.Id, step, consent));
            }
        }
        else if (open is not null)
        {
            transaction.Put(
                key, step.Custodian, open.End("cancelled", "ended", "There is nothing to see to any more.", step.Instant).Bytes);
        }
    }

    private byte[] TaskFor(string id, StoredStep step, ConsentFacts consent)
    {
        var elements = string.Join(", ", consent.Indeterminate.Distinct());
        var whom = consent.DeniesWhenUnclear is null ? "everybody" : "the organisations that it names";
        var instant = Instants.ToDateTimeOffset(step.Instant);
        return MappedResource.Of(new FhirTask
        {
            Id = id,
            Meta = new() { Security = [new($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Urgent,
            Code = new(TaskBody.Kinds, Code),
            Description = $"Have the consent put right: while {elements} can't be read, it denies {whom} everything.",
            Focus = step.Key.ToReference(),
            For = consent.Patient.Length > 0 ? new($"Patient/{consent.Patient}") : null,
            AuthoredOn = instant.ToDateTimeText(),
            LastModified = instant.ToDateTimeText(),
            Owner = new($"Organization/{step.Custodian}"),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = OfficerTask.DueAfter(instant, settings).ToDateTimeText() } },
        }).Json;
    }
}
