using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Searches;

/// <summary>Puts documents together: a Composition and what it refers to, as far as the caller sees both.</summary>
internal sealed class GuardedDocuments(GuardedStore store, AuditTrail audit, Turns turns)
{
    /// <summary>The Composition, and what it refers to; null where the caller sees no such Composition.</summary>
    public async Task<(Disclosure Composition, IReadOnlyList<Disclosure> Parts)?> ComposeAsync(
        Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Read);
        var (document, row) = await turns.RunAsync(caller, () => FindAsync(caller, key, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        return document;
    }

    private async Task<((Disclosure Composition, IReadOnlyList<Disclosure> Parts)? Document, AuditRow Row)> FindAsync(
        Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        var target = $"{key}/$document";
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        if (snapshot.Rows.See(key, sight) is not { Deleted: false } seen || snapshot.Disclose(seen, sight) is not { } composition)
        {
            return (null, AuditTrail.Row(snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, target, null, "deny"));
        }

        var parts = snapshot.Referenced([composition], sight, part => part != key);
        var row = AuditTrail.ListRow(snapshot, FhirInteraction.Operation, target, string.Empty, [seen, .. parts]);
        return ((composition, snapshot.DiscloseAll(parts, sight)), row);
    }
}
