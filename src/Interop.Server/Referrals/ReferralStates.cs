using System.Collections.Frozen;
using Interop.Fhir.Validation;
using Interop.Server.Lifecycles;

namespace Interop.Server.Referrals;

/// <summary>
/// The life of a referral's Task (https://hl7.org/fhir/R4/task.html#statemachine, narrowed): the owner's side fulfils,
/// the requester's side sends and cancels, and what has ended stays as it ended.
/// </summary>
public static class ReferralStates
{
    private static readonly FrozenDictionary<string, Step[]> Next = new Dictionary<string, Step[]>
    {
        ["draft"] = [new("requested", Side.Requester)],
        ["requested"] =
        [
            new("received", Side.Owner), new("accepted", Side.Owner), new("rejected", Side.Owner), new("cancelled", Side.Requester),
        ],
        ["received"] = [new("accepted", Side.Owner), new("rejected", Side.Owner), new("cancelled", Side.Requester)],
        ["accepted"] =
        [
            new("in-progress", Side.Owner), new("on-hold", Side.Owner), new("failed", Side.Owner), new("cancelled", Side.Requester),
        ],
        ["in-progress"] = [new("completed", Side.Owner), new("failed", Side.Owner), new("on-hold", Side.Owner)],
        ["on-hold"] = [new("in-progress", Side.Owner), new("cancelled", Side.Requester)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private enum Side
    {
        Owner,
        Requester,
    }

    /// <summary>
    /// Top-level elements of a Task that its owner or requester may change. <c>owner</c> may only go to staff of the same
    /// organisation, which the caller of this list has to check.
    /// </summary>
    public static FrozenSet<string> ChangeableElements { get; } = FrozenSet.ToFrozenSet(
        ["status", "statusReason", "businessStatus", "output", "note", "executionPeriod", "lastModified", "owner"], StringComparer.Ordinal);

    /// <summary>True for a status that must come with <c>statusReason</c>.</summary>
    public static bool NeedsReason(string status) => status is "rejected" or "cancelled" or "on-hold" or "failed";

    /// <summary>Null when the step is allowed, or is none; else an issue that lists the states that this party may choose.</summary>
    public static Issue? Check(string from, string to, bool isOwner, bool isRequester)
    {
        var steps = Next.GetValueOrDefault(from) ?? (StatusEnds.After("Task", from) is null ? null : []);
        if (steps is null)
        {
            return Refusal("The stored Task has a status that referrals do not use; no party may change it.");
        }

        var allowed = steps.Where(step => step.By == Side.Owner ? isOwner : isRequester).Select(step => step.To).ToArray();
        if (allowed.Contains(to) || (from == to && (isOwner || isRequester)))
        {
            return null;
        }

        var party = (isOwner, isRequester) switch
        {
            (true, true) => "owner and requester",
            (true, false) => "owner",
            (false, true) => "requester",
            _ => "organisation that is neither owner nor requester",
        };
        var choices = allowed.Length == 0 ? "none" : string.Join(", ", allowed);
        return Refusal($"From '{from}' the {party} may move this Task to: {choices}.");
    }

    private static Issue Refusal(string diagnostics) => new(IssueSeverity.Error, "business-rule", diagnostics, "Task.status");

    private sealed record Step(string To, Side By);
}
