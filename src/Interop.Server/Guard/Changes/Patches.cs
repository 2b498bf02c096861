using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard.Changes;

/// <summary>Computes patches on a snapshot, of what the caller sees and may change.</summary>
internal sealed class Patches(GuardedStore store, ResourceChanges changes, ValidBody valid)
{
    /// <summary>
    /// How often a patch is computed that named no version: whom its caller did not ask to be told of is somebody who was quicker, and it
    /// is applied to what that one left.
    /// </summary>
    public const int MostAttempts = 10;

    /// <param name="apply">Gives the changed resource for the one that the caller sees, or throws why not.</param>
    public async Task<PatchedResource> ApplyAsync(
        Caller caller,
        ResourceKey key,
        Func<ReadOnlyMemory<byte>, byte[]> apply,
        Preconditions preconditions,
        CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Opened(caller, SmartRight.Update);
        var reading = snapshot.Sight.Opened(caller, SmartRight.Read);
        if (snapshot.Rows.See(key, sight) is not { Deleted: false }
            || snapshot.Rows.See(key, reading) is not { } seen
            || snapshot.Disclose(seen, reading) is not { } view)
        {
            return new(new WriteResult.Absent(key));
        }

        if (preconditions.FailsFor(view.VersionId, view.LastUpdated) is { } failed)
        {
            return new(new WriteResult.Conflict(key, failed));
        }

        if (changes.MayNotUpdate(caller, sight, seen, preconditions) is { } forbidden)
        {
            return new(forbidden);
        }

        try
        {
            return new(null, valid.Of(key.Type, key, apply(view.Body)), view.VersionId);
        }
        catch (FhirException refused)
        {
            return new(new WriteResult.Refused(422, refused.Issues));
        }
    }
}

/// <summary>What came of a patch.</summary>
/// <param name="Refusal">Why there is nothing to store.</param>
/// <param name="Version">The version that was patched.</param>
internal sealed record PatchedResource(WriteResult? Refusal, byte[] Body, string? Version)
{
    public PatchedResource(WriteResult refusal)
        : this(refusal, [], null)
    {
    }
}
