using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>An encounter of the programme that ends now owes its person a follow-up.</summary>
internal sealed class EncounterRule(FollowUps followUps, InteropSettings settings, Secrets secrets) : TypeRule("Encounter")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian == settings.Custodian && step.Body is { } body && StatusOf(body) == "finished"
            && !(step.Before is { } before && StatusOf(before) == "finished"))
        {
            transaction.AtEnd(() => Owe(transaction, step.Key));
        }
    }

    private void Owe(GuardedTransaction transaction, ResourceKey encounter)
    {
        var now = Instants.ToDateTimeOffset(transaction.Instant);
        var visit = transaction.BytesOf(encounter)!.Value;
        var task = FollowUpTask.TaskFor(visit, now, settings.Custodian, secrets.Key.Span);
        if (task is null || transaction.Has(task.Key) || followUps.IsContact(transaction, encounter)
            || FollowUpTask.IsHistory(visit, transaction.Instant))
        {
            return;
        }

        var body = new TaskBody(task.Json);
        var patient = body.At("for");
        if (patient is { } person && transaction.BytesOf(person) is { } known)
        {
            body = new(SafeContact.Copied(known, body.Bytes));
        }

        var whole = patient is { } asked && followUps.RefusalOf(transaction, asked) is { } refusal
            ? FollowUpTask.Refused(body, refusal, transaction.Instant)
            : body.Bytes;
        transaction.Put(task.Key, settings.Custodian, whole);
        FollowUpDeadlines.SetPassed(transaction, task.Key, whole);
    }

    private static string? StatusOf(ReadOnlyMemory<byte> encounter) => TopLevel.Text(encounter.Span, "status");
}
