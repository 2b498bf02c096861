using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>
/// A person who takes back a consent may not expect the call that she expected before: her open follow-ups say so, to whoever calls next,
/// until she consents to something again.
/// </summary>
internal sealed class WithdrawalMark(FollowUps followUps, InteropSettings settings) : TypeRule("Consent")
{
    private const string Reason = "consent-withdrawn";

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian || IsActive(step.Before) == IsActive(step.Body)
            || FollowUps.PatientOf((step.Body ?? step.Before)!.Value) is not { } patient)
        {
            return;
        }

        var isWithdrawn = !IsActive(step.Body);
        transaction.AtEnd(() =>
        {
            foreach (var task in followUps.OpenOf(transaction, patient))
            {
                var body = new TaskBody(transaction.BytesOf(task)!.Value);
                if (body.IsMarked(Reason) != isWithdrawn)
                {
                    body = isWithdrawn
                        ? body.Mark(Reason, "She has taken back a consent. Read what is shared now before you call.")
                        : body.Unmark();
                    transaction.Store(task, settings.Custodian, body.Bytes);
                }
            }
        });
    }

    private static bool IsActive(ReadOnlyMemory<byte>? consent) =>
        consent is { } body && TopLevel.Text(body.Span, "status") == "active" && FollowUps.Permits(body);
}
