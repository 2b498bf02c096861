using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.FollowUp;

/// <summary>The rules by which a person may be contacted are whole, and go into each follow-up that is still open.</summary>
internal sealed class SafeContactRule(FollowUps followUps, InteropSettings settings) : TypeRule("Patient")
{
    public override WriteResult.Refused? Reached(ResourceStep step) => SafeContact.Incomplete(step.After) is { } incomplete
        ? new(IssueCode.BusinessRule, incomplete.Rule, $"Patient.extension[{incomplete.Number}]")
        : null;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian == settings.Custodian && step.Before is not null && step.Body is { } patient)
        {
            transaction.AtEnd(() =>
            {
                foreach (var task in followUps.OpenOf(transaction, step.Key))
                {
                    var stored = transaction.BytesOf(task)!.Value;
                    var copied = SafeContact.Copied(patient, stored);
                    if (!stored.Span.SequenceEqual(copied))
                    {
                        transaction.Put(task, settings.Custodian, copied);
                    }
                }
            });
        }
    }
}
