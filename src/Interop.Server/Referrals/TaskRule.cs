using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Lifecycles;
using Interop.Sharing.Redaction;

namespace Interop.Server.Referrals;

/// <summary>A Task moves by the steps of its life, each taken by the side whose it is, with its reason where one is due.</summary>
internal sealed class TaskRule() : TypeRule("Task")
{
    public override WriteResult.Refused? Taken(ResourceStep step)
    {
        var (from, to) = (StatusOf(step.Before!.Value), StatusOf(step.After));
        if (step.IsOwn && to == StatusEnds.Error)
        {
            return null;
        }

        var owners = step.PartiesAt("owner");

        // A navigator who has claimed it by name, and of whose roles the directory says nothing, is of nobody else's.
        var isOwner = owners.Contains(step.Writer) || (step.IsOwn && owners.Count == 0);
        if (ReferralStates.Check(from, to, isOwner, step.PartiesAt("requester").Contains(step.Writer)) is { } issue)
        {
            return new(422, [issue]);
        }

        return from != to && ReferralStates.NeedsReason(to) && TopLevel.Value(step.After.Span, "statusReason").IsEmpty
            ? new(IssueCode.BusinessRule, $"A Task that becomes {to} needs a statusReason.", "Task.statusReason")
            : null;
    }

    /// <summary>
    /// A party may not accept what is over, for it opens no case. The own staff may, to whom an overdue follow-up is still owed. Who does
    /// the work is one of the organisation that has it: another one gets a Task of its own.
    /// </summary>
    public override WriteResult.Refused? Reached(ResourceStep step) =>
        !step.IsOwn && StatusOf(step.After) == "accepted" && StatusOf(step.Before!.Value) != "accepted"
            && CaseReader.IsOver(step.After, step.Instant)
            ? new(IssueCode.BusinessRule, "The time for which the Task was requested is over.", "Task.restriction.period")
            : step.Before is { } before && StatusOf(before) != "draft" ? TaskOwner.Objection(step, before) : null;

    public override IReadOnlyCollection<string> PartyElements => ReferralStates.ChangeableElements;

    public override (byte[] Body, IReadOnlyList<Issue> Issues)? ByParty(ResourceStep step, ReadOnlyMemory<byte> view)
    {
        var change = TaskChange.Apply(step.Before!.Value, view, step.After);
        return (change.Body, change.Issues);
    }

    private static string StatusOf(ReadOnlyMemory<byte> task) => TopLevel.Text(task.Span, "status") ?? string.Empty;
}
