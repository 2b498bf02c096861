using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard;

/// <summary>
/// A patch is computed on a snapshot, in a turn of the caller's and after the question whether it may write there at all; the writer only
/// stores what came of it, if the version is still the one that was patched.
/// </summary>
internal sealed partial class GuardedStore
{
    // Whom the caller did not ask to be told of is somebody who was quicker: the patch is applied to what that one left.
    private const int PatchAttempts = 10;

    /// <summary>Its operations test what is there and its answer shows it, so it needs the right to read, too.</summary>
    /// <param name="apply">Gives the changed resource for the one that the caller sees, or throws why not.</param>
    public async Task<WriteResult> PatchAsync(
        Caller caller, ResourceKey key, Func<ReadOnlyMemory<byte>, byte[]> apply, Preconditions conditions, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'u');
        Require(caller, key.Type, 'r');
        for (var attempt = 1; ; attempt++)
        {
            PatchedResource? patched = null;
            var result = await WriteAsync(
                caller,
                'u',
                FhirInteraction.Patch,
                key.ToString(),
                async _ => patched = await PatchedAsync(caller, key, apply, conditions, cancellationToken),
                (session, sight, lookups, prepared) =>
                    prepared.Refusal ?? Update(session, caller, sight, key, prepared.Body, Preconditions.Version(prepared.Version!), lookups),
                cancellationToken);
            if (result is not WriteResult.Conflict || patched?.Refusal is not null || conditions != Preconditions.None || attempt == PatchAttempts)
            {
                return result;
            }
        }
    }

    private async Task<PatchedResource> PatchedAsync(
        Caller caller, ResourceKey key, Func<ReadOnlyMemory<byte>, byte[]> apply, Preconditions conditions, CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        var sight = await SightAsync(read, caller, Now(), cancellationToken) with { Constraints = caller.Scopes.Constraints('u') };
        var reading = sight with { Constraints = caller.Scopes.Constraints('r') };
        if (await read.ReadAsync(key, sight, cancellationToken) is not { Deleted: false }
            || await read.ReadAsync(key, reading, cancellationToken) is not { } seen
            || await DiscloseAsync(read, seen, reading, cancellationToken) is not { } view)
        {
            return new(new WriteResult.Absent(key));
        }

        if (conditions.FailsFor(view.VersionId, view.LastUpdated) is { } failed)
        {
            return new(new WriteResult.Conflict(key, failed));
        }

        if (MayNotUpdate(caller, sight, seen, conditions) is { } forbidden)
        {
            return new(forbidden);
        }

        try
        {
            return new(null, Checked(key.Type, key, apply(view.Body)), view.VersionId);
        }
        catch (FhirException refused)
        {
            return new(new WriteResult.Refused(422, refused.Issues));
        }
    }

    /// <summary>Why the caller may change nothing of the resource, whatever it would change; the rest is asked when the change is known.</summary>
    private WriteResult.Refused? MayNotUpdate(Caller caller, Sight sight, SeenResource seen, Preconditions conditions)
    {
        var corrects = seen.Tier != Tier.Own && DirectoryRules.MayCorrect(caller, seen.Key, seen.Body, settings.Custodian);
        if (!conditions.NameVersion && VersionDemanded(seen.Key, corrects) is { } required)
        {
            return required;
        }

        return seen.Tier == Tier.Own ? WriteRules.MayKeep(sight, seen.Key)
            : corrects || IsPartyOfTask(sight, seen) ? null
            : new(403, [NotItsRecord]);
    }

    /// <param name="Refusal">Why there is nothing to store.</param>
    /// <param name="Version">The version that was patched.</param>
    private sealed record PatchedResource(WriteResult? Refusal, byte[] Body, string? Version)
    {
        public PatchedResource(WriteResult refusal)
            : this(refusal, [], null)
        {
        }
    }
}
