using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>
/// A follow-up that ends ends its escalation; one that ends after its deadline was missed, also where no server stood at the deadline.
/// </summary>
internal sealed class FollowUpEndRule(FollowUpBreach breach, InteropSettings settings, Secrets secrets) : TypeRule("Task")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian || step.Body is not { } body || step.Before is not { } before
            || new TaskBody(before) is not { IsOpen: true } was || !was.Is(FollowUpTask.Code)
            || new TaskBody(body) is not { IsOpen: false })
        {
            return;
        }

        if (was.Due is { } due && due <= transaction.Instant)
        {
            breach.Record(transaction, step.Key, was, due);
        }

        EscalationTask.Close(transaction, step.Key, settings.Custodian, secrets.Key.Span);
    }
}
