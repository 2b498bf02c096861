using Interop.Fhir;
using Interop.Server.Guard;

namespace Interop.Server.Tasks;

/// <summary>
/// What a workflow does when a time passes that a Task set, whoever looks. It waits in the database since the Task was stored, and is done
/// once, by one server.
/// </summary>
internal interface IDeadline
{
    /// <summary>Under which name it waits.</summary>
    string Kind { get; }

    /// <summary>The time has come. The Task may have ended or been moved meanwhile.</summary>
    /// <param name="due">The time that was set, UTC microseconds.</param>
    void Pass(GuardedTransaction transaction, ResourceKey task, long due);
}
