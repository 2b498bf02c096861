using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Referrals;

/// <summary>
/// A business status that somebody sets goes with the status, and is his to set; one that nobody sets follows the status.
/// </summary>
internal sealed class BusinessStatusRule() : TypeRule("Task")
{
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (!Referral.Is(step.After) || BusinessStatus.CodesOf(step.After) is not { Count: > 0 } codes)
        {
            return null;
        }

        var status = TopLevel.Text(step.After.Span, "status") ?? string.Empty;
        if (codes is not [var code])
        {
            return Refused("A referral has one business status of the eReferral guide.");
        }

        if (step.Before is { } before && BusinessStatus.CodesOf(before) is [var known] && known == code)
        {
            return null;
        }

        // Who writes a Task down for the first time may copy what both sides did elsewhere.
        var owners = step.PartiesAt("owner");
        var isOwner = step.Before is null || owners.Contains(step.Writer) || (step.IsOwn && owners.Count == 0);
        var isRequester = step.Before is null || step.PartiesAt("requester").Contains(step.Writer);
        return BusinessStatus.Objection(code, status, isOwner, isRequester) is { } objection ? Refused(objection) : null;
    }

    public override byte[] Completed(ResourceStep step, byte[] body) => Referral.Is(body) ? BusinessStatus.Following(body) : body;

    private static WriteResult.Refused Refused(string why) => new(IssueCode.BusinessRule, why, "Task.businessStatus");
}
