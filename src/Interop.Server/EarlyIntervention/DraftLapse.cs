using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.EarlyIntervention;

/// <summary>A draft that nobody has decided about in time ends: an old prediction about a person is a wrong one.</summary>
internal sealed class DraftLapse(OpenPredictions open) : IDeadline
{
    public const string Name = "prediction-lapse";

    public string Kind => Name;

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due) =>
        open.Retire(transaction, task, "Nobody has decided about it in time.", Name);
}
