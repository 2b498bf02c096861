using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Changes;

/// <summary>Create, update, delete and patch of one resource, each with its row of the trail in one transaction.</summary>
internal sealed class GuardedWrites(
    GuardedStore store, ResourceChanges changes, Patches patches, Conditions conditions, ValidBody valid, Turns turns)
{
    /// <param name="condition">If-None-Exist: a search that must match nothing for the resource to be created.</param>
    public async Task<WriteResult> CreateAsync(
        Caller caller, string type, byte[] body, string? condition, CancellationToken cancellationToken)
    {
        caller.Demand(type, SmartRight.Create);
        if (condition is not null)
        {
            // A condition is a search: its answer is whether something is there, and where.
            caller.Demand(type, SmartRight.Search);
        }

        return await WriteAsync(
            caller,
            FhirInteraction.Create,
            type,
            PrepareAsync,
            (transaction, foreseen, prepared) =>
                changes.Create(transaction, transaction.Sight.Opened(caller, SmartRight.Create), type, prepared, condition, foreseen),
            cancellationToken);

        async Task<byte[]> PrepareAsync(ForeseenConditions foreseen)
        {
            var checkedBody = valid.Of(type, null, body);
            if (condition is not null)
            {
                await conditions.ForeseeAsync(caller, type, condition, foreseen, cancellationToken);
            }

            return checkedBody;
        }
    }

    /// <param name="preconditions">Of the caller's view; a Task can't be updated without the version that the update was made from.</param>
    public async Task<WriteResult> UpdateAsync(
        Caller caller, ResourceKey key, byte[] body, Preconditions preconditions, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Update);
        return await WriteAsync(
            caller,
            FhirInteraction.Update,
            key.ToString(),
            _ => Task.FromResult(valid.Of(key.Type, key, body)),
            (transaction, foreseen, prepared) => changes.Update(transaction, Updating(transaction), key, prepared, preconditions, foreseen),
            cancellationToken);
    }

    /// <summary>
    /// A patch is computed on a snapshot, in a turn of the caller's and after the question whether it may write there at all; the writer
    /// only stores what came of it, if the version is still the one that was patched. Its operations test what is there and its answer
    /// shows it, so it needs the right to read, too.
    /// </summary>
    /// <param name="apply">Gives the changed resource for the one that the caller sees, or throws why not.</param>
    public async Task<WriteResult> PatchAsync(
        Caller caller,
        ResourceKey key,
        Func<ReadOnlyMemory<byte>, byte[]> apply,
        Preconditions preconditions,
        CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Update);
        caller.Demand(key.Type, SmartRight.Read);
        for (var attempt = 1; ; attempt++)
        {
            PatchedResource? patched = null;
            var result = await WriteAsync(
                caller,
                FhirInteraction.Patch,
                key.ToString(),
                async _ => patched = await patches.ApplyAsync(caller, key, apply, preconditions, cancellationToken),
                (transaction, foreseen, prepared) => prepared.Refusal ?? changes.Update(
                    transaction, Updating(transaction), key, prepared.Body, Preconditions.Version(prepared.Version!), foreseen),
                cancellationToken);
            if (result is not WriteResult.Conflict
                || patched?.Refusal is not null
                || preconditions != Preconditions.None
                || attempt == Patches.MostAttempts)
            {
                return result;
            }
        }
    }

    public async Task<DeleteResult> DeleteAsync(
        Caller caller, ResourceKey key, Preconditions preconditions, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Delete);
        return await store.WriteAsync(
            caller,
            transaction =>
            {
                var result = changes.Delete(transaction, transaction.Sight.Opened(caller, SmartRight.Delete), key, preconditions);
                if (result == DeleteResult.Deleted)
                {
                    transaction.Audit(FhirInteraction.Delete, key);
                }
                else
                {
                    transaction.Audit(FhirInteraction.Delete, key.ToString(), "deny");
                }

                return result;
            },
            cancellationToken);
    }

    public static Sight Updating(GuardedTransaction transaction) => transaction.Sight.Opened(transaction.Caller, SmartRight.Update);

    /// <summary>Runs one write and its audit row in one transaction; a refusal leaves only the row.</summary>
    /// <param name="target">What it is about, where nothing is stored.</param>
    /// <param name="prepare">What can be computed and found out beforehand, in a turn of the caller's, while nobody else waits.</param>
    public Task<WriteResult> WriteAsync<T>(
        Caller caller,
        FhirInteraction interaction,
        string target,
        Func<ForeseenConditions, Task<T>> prepare,
        Func<GuardedTransaction, ForeseenConditions, T, WriteResult> work,
        CancellationToken cancellationToken) => conditions.KeepingAsync(async foreseen =>
        {
            var prepared = await turns.RunAsync(caller, () => prepare(foreseen), cancellationToken);
            return await store.WriteAsync(
                caller,
                transaction =>
                {
                    var result = work(transaction, foreseen, prepared);
                    ResourceKey? written = result switch
                    {
                        WriteResult.Stored stored => stored.Disclosure.Key,
                        WriteResult.Existing existing => existing.Disclosure.Key,
                        _ => null,
                    };
                    if (written is { } key)
                    {
                        transaction.Audit(interaction, key, Result);
                    }
                    else
                    {
                        transaction.Audit(interaction, target, "deny", Result);
                    }

                    return result;

                    void Result(Utf8JsonWriter detail) => detail.WriteString("result", result.GetType().Name);
                },
                cancellationToken);
        });
}
