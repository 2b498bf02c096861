using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// Update, patch and delete of the one resource that a condition finds (https://hl7.org/fhir/R4/http.html#cond-update). The condition is a
/// search of the caller's: what it does not see, no condition finds.
/// </summary>
internal sealed class ConditionalWrites(
    GuardedStore store, GuardedWrites writes, ResourceChanges changes, Patches patches, Conditions conditions, ValidBody valid, Turns turns)
{
    /// <summary>
    /// It may turn out to be a create, so it needs that right as well: what a token may do does not hang on what is there.
    /// </summary>
    public Task<WriteResult> UpdateAsync(
        Caller caller, string type, string condition, byte[] body, Preconditions preconditions, CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Update);
        caller.Demand(type, SmartRight.Create);
        caller.Demand(type, SmartRight.Search);
        return writes.WriteAsync(
            caller,
            FhirInteraction.Update,
            type,
            async foreseen =>
            {
                var checkedBody = valid.Of(type, null, body);
                await conditions.ForeseeAsync(caller, type, condition, foreseen, cancellationToken);
                return checkedBody;
            },
            (transaction, foreseen, prepared) => changes.UpdateMatch(transaction, type, condition, prepared, preconditions, foreseen),
            cancellationToken);
    }

    /// <summary>As a patch of one resource; where another one is found by the time that it is stored, it is computed again.</summary>
    /// <inheritdoc cref="GuardedWrites.PatchAsync"/>
    public async Task<WriteResult> PatchAsync(
        Caller caller,
        string type,
        string condition,
        Func<ReadOnlyMemory<byte>, byte[]> apply,
        Preconditions preconditions,
        CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Update);
        caller.Demand(type, SmartRight.Read);
        caller.Demand(type, SmartRight.Search);
        for (var attempt = 1; ; attempt++)
        {
            var mayRepeat = false;
            var result = await writes.WriteAsync(caller, FhirInteraction.Patch, type, PrepareAsync, Store, cancellationToken);
            if (!mayRepeat || attempt == Patches.MostAttempts)
            {
                return result;
            }

            WriteResult Store(
                GuardedTransaction transaction, ForeseenConditions foreseen, (ResourceKey Key, PatchedResource Patched)? prepared)
            {
                var matches = conditions.Matches(transaction, type, condition, foreseen);
                if (matches.Count != 1)
                {
                    return matches.Count == 0 ? new WriteResult.Unmatched() : new WriteResult.Ambiguous();
                }

                if (prepared is not var (key, patched) || key != matches[0].Key)
                {
                    mayRepeat = true;
                    return new WriteResult.Conflict(matches[0].Key, "The condition");
                }

                var stored = patched.Refusal ?? changes.Update(
                    transaction,
                    GuardedWrites.Updating(transaction),
                    key,
                    patched.Body,
                    Preconditions.Version(patched.Version!),
                    foreseen);
                mayRepeat = stored is WriteResult.Conflict && patched.Refusal is null && preconditions == Preconditions.None;
                return stored;
            }
        }

        async Task<(ResourceKey Key, PatchedResource Patched)?> PrepareAsync(ForeseenConditions foreseen)
        {
            var matches = await conditions.ForeseeAsync(caller, type, condition, foreseen, cancellationToken);
            return matches is [{ Key: var key }]
                ? (key, await patches.ApplyAsync(caller, key, apply, preconditions, cancellationToken))
                : null;
        }
    }

    public Task<DeleteResult> DeleteAsync(
        Caller caller, string type, string condition, Preconditions preconditions, CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Delete);
        caller.Demand(type, SmartRight.Search);
        return conditions.KeepingAsync(async foreseen =>
        {
            await turns.RunAsync(
                caller, () => conditions.ForeseeAsync(caller, type, condition, foreseen, cancellationToken), cancellationToken);
            return await store.WriteAsync(
                caller,
                transaction =>
                {
                    var matches = conditions.Matches(transaction, type, condition, foreseen);
                    var result = matches switch
                    {
                        [] => DeleteResult.Unmatched,
                        [var match] => changes.Delete(
                            transaction, transaction.Sight.Opened(caller, SmartRight.Delete), match.Key, preconditions),
                        _ => DeleteResult.Ambiguous,
                    };
                    if (result == DeleteResult.Deleted)
                    {
                        transaction.Audit(FhirInteraction.Delete, matches[0].Key);
                    }
                    else
                    {
                        transaction.Audit(FhirInteraction.Delete, type, "deny");
                    }

                    return result;
                },
                cancellationToken);
        });
    }
}
