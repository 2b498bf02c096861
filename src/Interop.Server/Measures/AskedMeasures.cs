using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Measures;

/// <summary>The measure that an operation is called on.</summary>
internal sealed class AskedMeasures(GuardedStore store, AuditTrail audit)
{
    /// <summary>The measure; null where the caller sees no such one, and that is on the trail.</summary>
    /// <param name="target">What was called.</param>
    /// <exception cref="FhirException">403: a scope or an admission is missing.</exception>
    public async Task<CrisisMeasure?> FindAsync(Caller caller, ResourceKey key, string target, CancellationToken cancellationToken)
    {
        caller.Demand("Measure", SmartRight.Read);
        caller.DemandWhole("MeasureReport", SmartRight.Read);
        var measure = CrisisMeasure.All.FirstOrDefault(measure => measure.Id == key.Id);
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        if (measure is not null && snapshot.Sees(key, snapshot.Sight.Within(caller, SmartRight.Read)))
        {
            return measure;
        }

        await audit.RecordAsync(
            AuditTrail.Row(snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, target, null, "absent"), cancellationToken);
        return null;
    }
}
