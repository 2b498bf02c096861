using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Tasks;

/// <summary>A kind of Task whose states follow from what is stored, and not from somebody's word.</summary>
/// <param name="code">Of the code system crisis-task.</param>
/// <param name="says">What moves it.</param>
internal sealed class KeptTaskRule(string code, string says) : TypeRule("Task")
{
    public override WriteResult.Refused? Taken(ResourceStep step) => Reached(step);

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var isKept = new TaskBody(step.After).Is(code);
        var wasKept = step.Before is { } stored && new TaskBody(stored).Is(code);
        return isKept == wasKept && (!isKept || new TaskBody(step.Before!.Value).Status == new TaskBody(step.After).Status)
            ? null
            : new(IssueCode.BusinessRule, says, "Task.status");
    }
}
