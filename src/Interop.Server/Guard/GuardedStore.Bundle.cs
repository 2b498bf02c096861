using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.References;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    /// <summary>A batch or transaction that was found to be one, and counted (https://hl7.org/fhir/R4/http.html#transaction).</summary>
    public async Task<BundleRequest> ReadBundleAsync(Caller caller, byte[] body, CancellationToken cancellationToken)
    {
        var request = await InTurnAsync(
            caller,
            () => Task.FromResult(BundleRequest.Parse(
                ByteOrderMark.Skip(body), bundle => Checked("Bundle", null, bundle), settings.Bases, settings.Limits.BundleEntries)),
            cancellationToken);
        if (request.Entries.Count > 1)
        {
            limits.Demand(caller, request.Entries.Count - 1);
        }

        return request;
    }

    /// <summary>
    /// All that can be known of an entry beforehand: what is refused after the commit would not have been all or nothing.
    /// </summary>
    private void Foresee(Caller caller, BundleRequestEntry entry)
    {
        if (entry.IsMetadata)
        {
            return;
        }

        Require(caller, entry.Type, Right(entry));
        if (entry.Method == "PATCH")
        {
            Require(caller, entry.Type, 'r'); // as a patch alone does
        }

        if (entry is not { Method: "GET", Id: null })
        {
            return;
        }

        try
        {
            _ = ViewRequest.Take(FhirRequest.Pairs(entry.Query), out var criteria);
            Query(caller, entry.Type, criteria, Now());
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.Path + ".request.url");
        }
    }

    private static char Right(BundleRequestEntry entry) => entry switch
    {
        { Method: "POST" } => 'c',
        { Method: "PUT" or "PATCH" } => 'u',
        { Method: "DELETE" } => 'd',
        { Id: null } => 's',
        _ => 'r',
    };

    /// <summary>Carries out what a transaction writes, all or nothing; what it reads is read afterwards, entry by entry.</summary>
    /// <param name="changeOf">Reads the resource of a PATCH entry.</param>
    public Task<IReadOnlyList<BundleItem>> TransactionAsync(
        Caller caller,
        BundleRequest request,
        Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        // The turn lasts until it is stored: of one client's, no more are before the writer than it has turns.
        return KeepingLookupsAsync(lookups => InTurnAsync(caller, () => StoreAsync(lookups), cancellationToken));

        async Task<IReadOnlyList<BundleItem>> StoreAsync(Lookups lookups)
        {
            foreach (var entry in request.Entries)
            {
                Foresee(caller, entry);
            }

            for (var attempt = 1; ; attempt++)
            {
                var patched = await PatchedAsync(caller, request, changeOf, cancellationToken);
                foreach (var entry in patched.Entries)
                {
                    await ForeseeAsync(caller, entry, lookups, cancellationToken);
                }

                try
                {
                    return await store.WriteAsync(session => Carry(patched, session, lookups), cancellationToken);
                }
                catch (PatchOvertakenException overtaken)
                {
                    if (attempt == PatchAttempts)
                    {
                        throw overtaken.Refusal;
                    }
                }
            }
        }

        IReadOnlyList<BundleItem> Carry(BundleRequest patched, WriteSession session, Lookups lookups)
        {
            var sight = SightOf(session, caller);
            var run = new BundleRun(this, session, caller, sight, lookups);
            var answers = run.Execute(patched);
            session.Audit(AuditTrail.Row(caller, sight.Instant, FhirInteraction.Transaction, null, null, "permit", detail =>
            {
                WriteKeys(detail, "written", run.Written);
                WriteKeys(detail, "matched", run.Matched);
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
    private async Task ForeseeAsync(Caller caller, BundleRequestEntry entry, Lookups lookups, CancellationToken cancellationToken)
    {
        var references = entry.Resource is null ? [] : ResourceReferences.Of(entry.Resource).Places
            .Select(place => place.Literal is { } literal ? settings.Bases.Read(literal) : null)
            .OfType<ReferenceReading.Conditional>()
            .Select(reference => (reference.Type, Condition: reference.Query, Path: entry.Path + ".resource"));
        var conditions = entry is { Method: "POST", IfNoneExist: { } condition }
            ? references.Prepend((entry.Type, condition, entry.Path + ".request.ifNoneExist"))
            : references;
        foreach (var (type, text, path) in conditions.Where(item => caller.Scopes.Allows(item.Type, 's')))
        {
            if (lookups.IsForeseen(type, text))
            {
                continue;
            }

            try
            {
                await ForeseeAsync(caller, type, text, lookups, cancellationToken);
            }
            catch (FhirException refused)
            {
                throw refused.At(path);
            }
        }
    }

    /// <summary>The answer to an entry that is stored.</summary>
    public BundleItem Stored(Disclosure disclosure, bool created) => new(null)
    {
        Status = created ? "201 Created" : "200 OK",
        Location = $"{settings.PublicUrl}/{disclosure.Key}/_history/{disclosure.VersionId}",
        VersionId = disclosure.VersionId,
        LastUpdated = disclosure.LastUpdated,
    };
}
