using System.Text.Json;
using Interop.Fhir.References;
using Interop.Fhir;
using Interop.Server.Guard.Changes;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Bundles;

/// <summary>
/// FHIR transaction: what a Bundle of requests writes stands or falls together (https://hl7.org/fhir/R4/http.html#trules).
/// </summary>
internal sealed class Transactions(
    GuardedStore store,
    ResourceChanges changes,
    TransactionPatches patches,
    Conditions conditions,
    SearchQueries queries,
    Turns turns,
    InteropSettings settings)
{
    /// <summary>
    /// All that can be known of an entry beforehand: what is refused after the commit would not have been all or nothing.
    /// </summary>
    private void Foresee(Caller caller, BundleRequestEntry entry)
    {
        if (entry.IsMetadata)
        {
            return;
        }

        caller.Demand(entry.Type, entry.Right);
        if (entry.Method == "PATCH")
        {
            caller.Demand(entry.Type, SmartRight.Read); // as a patch alone does
        }

        if (entry.Condition is not null)
        {
            caller.Demand(entry.Type, SmartRight.Search);
            if (entry.Method == "PUT")
            {
                caller.Demand(entry.Type, SmartRight.Create); // which it may turn out to be
            }
        }

        if (entry is not { Method: "GET", Id: null, IsHistory: false })
        {
            return;
        }

        try
        {
            _ = ViewRequest.Take(FhirRequest.Pairs(entry.Query), out var criteria);
            queries.Read(caller, entry.Type, criteria, lenient: false, store.Now());
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.Path + ".request.url");
        }
    }

    /// <summary>Carries out what a transaction writes, all or nothing; what it reads is read afterwards, entry by entry.</summary>
    /// <param name="changeOf">What a PATCH entry does to the resource that the caller sees.</param>
    public Task<IReadOnlyList<BundleItem>> RunAsync(
        Caller caller,
        BundleRequest request,
        Func<BundleRequestEntry, Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        // The turn lasts until it is stored: of one client's, no more are before the writer than it has turns.
        return conditions.KeepingAsync(foreseen => turns.RunAsync(caller, () => StoreAsync(foreseen), cancellationToken));

        async Task<IReadOnlyList<BundleItem>> StoreAsync(ForeseenConditions foreseen)
        {
            foreach (var entry in request.Entries)
            {
                Foresee(caller, entry);
            }

            for (var attempt = 1; ; attempt++)
            {
                var patched = await patches.ApplyAsync(caller, request, changeOf, foreseen, cancellationToken);
                foreach (var entry in patched.Entries)
                {
                    await ForeseeAsync(caller, entry, foreseen, cancellationToken);
                }

                try
                {
                    return await store.WriteAsync(caller, transaction => Carry(patched, transaction, foreseen), cancellationToken);
                }
                catch (PatchOvertakenException overtaken)
                {
                    if (attempt == Patches.MostAttempts)
                    {
                        throw overtaken.Refusal;
                    }
                }
            }
        }

        IReadOnlyList<BundleItem> Carry(BundleRequest patched, GuardedTransaction transaction, ForeseenConditions foreseen)
        {
            var run = new TransactionRun(transaction, changes, changes.DoorOf(transaction, foreseen), settings);
            var answers = run.Execute(patched);
            var patients = run.Written.SelectMany(transaction.PatientsOf).Distinct().ToList();
            transaction.Audit(AuditTrail.Row(
                caller, transaction.Instant, FhirInteraction.Transaction, null, patients is [var one] ? one : null, "permit", detail =>
                {
                    WriteKeys(detail, "written", run.Written);
                    WriteKeys(detail, "matched", run.Matched);
                    transaction.WriteRelabelled(detail);
                    ShownResources.WriteAbout(detail, patients);
                }));
            return answers;
        }
    }

    private static void WriteKeys(Utf8JsonWriter detail, string name, IEnumerable<ResourceKey> keys)
    {
        detail.WriteStartArray(name);
        foreach (var key in keys)
        {
            detail.WriteStringValue(key.ToString());
        }

        detail.WriteEndArray();
    }

    /// <summary>What the conditions of an entry find, before the transaction begins.</summary>
    private async Task ForeseeAsync(
        Caller caller, BundleRequestEntry entry, ForeseenConditions foreseen, CancellationToken cancellationToken)
    {
        var references = entry.Resource is null ? [] : ResourceReferences.Of(entry.Resource).Places
            .Select(place => place.Literal is { } literal ? settings.Bases.Read(literal) : null)
            .OfType<ReferenceReading.Conditional>()
            .Select(reference => (reference.Type, Condition: reference.Query, Path: entry.Path + ".resource"));
        var asked = (entry.IfNoneExist ?? entry.Condition) is { } condition
            ? references.Prepend((entry.Type, condition, entry.ConditionPath))
            : references;
        foreach (var (type, text, path) in asked.Where(item => caller.Scopes.Allows(item.Type, SmartRight.Search)))
        {
            if (foreseen.IsForeseen(type, text))
            {
                continue;
            }

            try
            {
                await conditions.ForeseeAsync(caller, type, text, foreseen, cancellationToken);
            }
            catch (FhirException refused)
            {
                throw refused.At(path);
            }
        }
    }
}
