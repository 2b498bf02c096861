using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>Sets the two times of each follow-up: when the supervisor is told, and when it is missed.</summary>
internal sealed class FollowUpDeadlines : IChangeWatch
{
    public const string Escalation = "follow-up-escalation";
    public const string Breach = "follow-up-breach";

    /// <summary>36 of the 48 hours are over.</summary>
    private static readonly long Before = TimeSpan.FromHours(12).InMicroseconds();

    /// <summary>Times that have passed are not set: what an operator brings in late was missed elsewhere, or never.</summary>
    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Key.Type == "Task" && step.Body is { } body && DueOf(body) is { } due
            && (step.Before is not { } before || DueOf(before) != due))
        {
            Set(transaction, step.Key, due, at => at > transaction.Instant);
        }
    }

    /// <summary>Sets those times of a follow-up made now that have passed already, because its encounter was recorded late.</summary>
    public static void SetPassed(GuardedTransaction transaction, ResourceKey task, ReadOnlyMemory<byte> body)
    {
        if (DueOf(body) is { } due)
        {
            Set(transaction, task, due, at => at <= transaction.Instant);
        }
    }

    private static void Set(GuardedTransaction transaction, ResourceKey task, long due, Func<long, bool> isWanted)
    {
        if (isWanted(due - Before))
        {
            Deadlines.Set(transaction, Escalation, task, due - Before, due);
        }

        if (isWanted(due))
        {
            Deadlines.Set(transaction, Breach, task, due, due);
        }
    }

    private static long? DueOf(ReadOnlyMemory<byte> stored) =>
        new TaskBody(stored) is { IsOpen: true } task && task.Is(FollowUpTask.Code) ? task.Due : null;
}
