using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Tasks;

namespace Interop.Server.Duplicates;

/// <summary>
/// Only the server says that two records may be one person's: a Task that somebody made up would be merged by like its own.
/// </summary>
internal sealed class DuplicateTaskRule() : TypeRule("Task")
{
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var after = new TaskBody(step.After);
        var before = step.Before is { } stored ? new TaskBody(stored) : null;
        return !after.Is(DuplicateReview.Code) ? null
            : before is null || !before.Is(DuplicateReview.Code)
                ? new(IssueCode.BusinessRule, "The server makes the Tasks of this kind.", "Task.code")
            : before.At("focus") != after.At("focus") || before.At("for") != after.At("for")
                ? new(IssueCode.BusinessRule, "The two records stay those that the server found.", "Task.focus")
            : null;
    }
}
