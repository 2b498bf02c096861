using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Calls;

/// <summary>
/// Nobody closes an eligible call without a unit or a coded reason. Dispatch can't be told to mend its history: what it closes so is taken,
/// and stands on the list of open calls.
/// </summary>
internal sealed class CallRule(OpenCalls calls, InteropSettings settings) : TypeRule("Encounter")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is not { } body || step.Custodian != settings.Custodian || transaction.Caller.IsOperator)
        {
            return;
        }

        var closes = IsOver(body) && !(step.Before is { } before && IsOver(before));
        transaction.AtEnd(() =>
        {
            if (closes && calls.IsUnanswered(transaction, step.Key))
            {
                throw new FhirException(
                    IssueCode.BusinessRule,
                    "An eligible call is closed with a unit or with a reason: write the ServiceRequest of the response first, or one that"
                    + " is revoked and has a not-sent-reason.",
                    "Encounter.status");
            }

            calls.Settle(transaction, step.Key);
        });
    }

    private static bool IsOver(ReadOnlyMemory<byte> encounter) => TopLevel.Text(encounter.Span, "status") is "finished" or "cancelled";
}
