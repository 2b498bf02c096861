using System.Data.Common;

namespace Interop.Storage.Dialects;

/// <summary>
/// Gives up what a connection reads when nobody waits for it any more, or when it takes more than it may. How a running statement is
/// stopped, and what work is counted in, is the database's own.
/// </summary>
internal abstract class Patience
{
    protected CancellationToken Until { get; private set; }

    protected WorkLimit Most { get; private set; } = WorkLimit.None;

    protected abstract bool IsSpent { get; }

    /// <summary>From here on it counts anew.</summary>
    public virtual void Begin(WorkLimit most, CancellationToken until) => (Until, Most) = (until, most);

    /// <summary>A statement is about to run.</summary>
    public virtual void Starts(DbCommand command)
    {
    }

    /// <summary>It runs no more.</summary>
    public virtual void Ends()
    {
    }

    /// <summary>Why a statement was given up; null where it failed for a reason of its own.</summary>
    public Exception? Why() => IsSpent ? new TooCostlyException(Most.Refusal(this is StepPatience))
        : Until.IsCancellationRequested ? new OperationCanceledException(Until)
        : null;
}
