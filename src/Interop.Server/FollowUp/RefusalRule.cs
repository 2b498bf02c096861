using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>Who refuses to be followed up is not owed a follow-up any more.</summary>
internal sealed class RefusalRule(FollowUps followUps, InteropSettings settings) : TypeRule("Consent")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian || step.Body is not { } consent || FollowUps.PatientOf(consent) is not { } patient)
        {
            return;
        }

        transaction.AtEnd(() =>
        {
            if (followUps.RefusalOf(transaction, patient) is not { } refusal)
            {
                return;
            }

            foreach (var task in followUps.OpenOf(transaction, patient))
            {
                var body = new TaskBody(transaction.BytesOf(task)!.Value);
                transaction.Store(task, settings.Custodian, FollowUpTask.Refused(body, refusal, transaction.Instant));
            }
        });
    }
}
