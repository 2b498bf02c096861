using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>After 36 hours the supervisor is told of who was not reached.</summary>
internal sealed class FollowUpEscalation(InteropSettings settings, Secrets secrets) : IDeadline
{
    public string Kind => FollowUpDeadlines.Escalation;

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due)
    {
        if (transaction.KeeperOf(task) is not { } keeper || transaction.BytesOf(task) is not { } stored
            || new TaskBody(stored) is not { IsOpen: true } open || open.Due != due)
        {
            return;
        }

        EscalationTask.Raise(
            transaction,
            task,
            keeper,
            settings.Supervisor,
            "A follow-up within 48 hours is still owed after 36.",
            Kind,
            secrets.Key.Span);
    }
}
