using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    /// <summary>A batch, entry by entry, or a transaction, all or nothing (https://hl7.org/fhir/R4/http.html#transaction).</summary>
    public async Task<BundleResult> BundleAsync(Caller caller, byte[] body, CancellationToken cancellationToken)
    {
        var request = await InTurnAsync(
            caller, () => Task.FromResult(BundleRequest.Parse(Checked("Bundle", null, body))), cancellationToken);
        if (request.Entries.Count > settings.Limits.BundleEntries)
        {
            throw new FhirException(
                413,
                "too-costly",
                $"A Bundle has {settings.Limits.BundleEntries} entries at most (Interop:Limits:BundleEntries). Send it in parts.",
                "Bundle.entry");
        }

        if (request.Entries.Count > 1)
        {
            limits.Demand(caller, request.Entries.Count - 1);
        }

        return request.IsTransaction
            ? await TransactionAsync(caller, request, cancellationToken)
            : new("batch-response", await AnswerAsync(caller, FhirInteraction.Batch, request, [], cancellationToken));
    }

    /// <summary>
    /// All that can be known of an entry beforehand: what is refused after the commit would not have been all or nothing.
    /// </summary>
    private void Foresee(Caller caller, BundleRequestEntry entry)
    {
        Require(caller, entry.Type, Right(entry));
        if (entry is not { Method: "GET", Id: null })
        {
            return;
        }

        try
        {
            Query(caller, entry.Type, QueryPairs(entry.Query ?? string.Empty), lenient: false, Now());
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.Path + ".request.url");
        }
    }

    private static char Right(BundleRequestEntry entry) => entry switch
    {
        { Method: "POST" } => 'c',
        { Method: "PUT" } => 'u',
        { Method: "DELETE" } => 'd',
        { Id: null } => 's',
        _ => 'r',
    };

    private async Task<BundleResult> TransactionAsync(Caller caller, BundleRequest request, CancellationToken cancellationToken)
    {
        // The turn lasts until it is stored: of one client's, no more are before the writer than it has turns.
        var items = await KeepingLookupsAsync(lookups => InTurnAsync(caller, () => StoreAsync(lookups), cancellationToken));
        return new("transaction-response", await AnswerAsync(caller, FhirInteraction.Transaction, request, items, cancellationToken));

        async Task<IReadOnlyList<BundleItem>> StoreAsync(Lookups lookups)
        {
            foreach (var entry in request.Entries)
            {
                Foresee(caller, entry);
            }

            foreach (var entry in request.Entries)
            {
                await ForeseeAsync(caller, entry, lookups, cancellationToken);
            }

            return await store.WriteAsync(session => Carry(session, lookups), cancellationToken);
        }

        IReadOnlyList<BundleItem> Carry(WriteSession session, Lookups lookups)
        {
            var sight = SightOf(session, caller);
            var run = new BundleRun(this, session, caller, sight, lookups);
            var answers = run.Execute(request);
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

    /// <summary>
    /// Answers entry by entry. Those of a transaction have been carried out, except what it reads, which is answered from what it left
    /// (https://hl7.org/fhir/R4/http.html#trules): what fails now fails alone, for the rest is done.
    /// </summary>
    /// <param name="done">The answers of a transaction; empty for a batch.</param>
    private async Task<IReadOnlyList<BundleItem>> AnswerAsync(
        Caller caller,
        FhirInteraction interaction,
        BundleRequest request,
        IReadOnlyList<BundleItem> done,
        CancellationToken cancellationToken)
    {
        if (request is { IsTransaction: false, Entries.Count: 0 })
        {
            await audit.PermittedAsync(caller, FhirInteraction.Batch, null, cancellationToken);
        }

        var items = new List<BundleItem>();
        var isThrottled = false;
        foreach (var entry in request.Entries)
        {
            if (request.IsTransaction && entry.Method != "GET")
            {
                items.Add(done[items.Count]);
                continue;
            }

            try
            {
                items.Add(await EntryAsync(caller, entry, cancellationToken));
            }
            catch (FhirException refused)
            {
                if (refused.RetryAfter is null || !isThrottled)
                {
                    // A limit that refused one entry refuses the rest: one row says it for all of them.
                    await audit.RefusedAsync(caller, interaction, entry.Path, refused.Rule, CancellationToken.None);
                }

                isThrottled |= refused.RetryAfter is not null;
                items.Add(Refusal(refused.Status, refused.Issues));
            }
            catch (OperationCanceledException) when (request.IsTransaction)
            {
                items.Add(Refusal(503, Problem("timeout", "The transaction is done, but there was no time left to read this.")));
            }
        }

        return items;
    }

    private async Task<BundleItem> EntryAsync(Caller caller, BundleRequestEntry entry, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(entry.Type, entry.Id ?? string.Empty);
        switch (entry.Method)
        {
            case "POST":
                return Answer(await CreateAsync(caller, entry.Type, entry.Resource!, entry.IfNoneExist, cancellationToken));
            case "PUT":
                return Answer(
                    await UpdateAsync(
                        caller, key, entry.Resource!, FhirRequest.Version(entry.IfMatch ?? string.Empty, "ifMatch"), cancellationToken));
            case "DELETE":
                return await DeleteAsync(
                    caller, key, FhirRequest.Version(entry.IfMatch ?? string.Empty, "ifMatch"), cancellationToken) switch
                {
                    DeleteResult.Deleted => new BundleItem(null) { Status = "204" },
                    DeleteResult.Conflict => Refusal(412, Problem("conflict", "ifMatch does not name the current version.")),
                    _ => Refusal(404, Problem("not-found", $"{key} is not known.")),
                };
            default:
                return entry.Id is null
                    ? await SearchEntryAsync(caller, entry, cancellationToken)
                    : await ReadEntryAsync(caller, key, cancellationToken);
        }
    }

    private async Task<BundleItem> ReadEntryAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken) =>
        await ReadAsync(caller, key, cancellationToken) switch
        {
            ReadResult.Found found =>
                new BundleItem(found.Disclosure) { Status = "200", VersionId = found.Disclosure.VersionId, LastUpdated = found.Disclosure.LastUpdated },
            ReadResult.Deleted => Refusal(410, Problem("deleted", $"{key} was deleted.")),
            _ => Refusal(404, Problem("not-found", $"{key} is not known.")),
        };

    private async Task<BundleItem> SearchEntryAsync(Caller caller, BundleRequestEntry entry, CancellationToken cancellationToken)
    {
        var answer = await SearchAsync(caller, entry.Type, QueryPairs(entry.Query ?? string.Empty), lenient: false, cancellationToken);
        var found = new FhirBundle("searchset", settings.PublicUrl,
        [
            .. answer.Matches.Select(match => new BundleItem(match) { SearchMode = "match" }),
            .. answer.Included.Select(included => new BundleItem(included) { SearchMode = "include" }),
        ])
        {
            Total = answer.Total,
        };
        return new BundleItem(null) { Nested = found, Status = "200" };
    }

    private BundleItem Answer(WriteResult result) => result switch
    {
        WriteResult.Stored stored =>
            Stored(stored.Disclosure.Key, stored.Disclosure.VersionId, stored.Disclosure.LastUpdated, stored.Created),
        WriteResult.Existing existing =>
            Stored(existing.Disclosure.Key, existing.Disclosure.VersionId, existing.Disclosure.LastUpdated, created: false),
        WriteResult.Ambiguous => Refusal(412, Problem("multiple-matches", "ifNoneExist matches more than one resource.")),
        WriteResult.Conflict conflict => Refusal(412, Problem("conflict", $"ifMatch does not name the current version of {conflict.Key}.")),
        WriteResult.Absent absent => Refusal(404, Problem("not-found", $"{absent.Key} is not known.")),
        WriteResult.Refused refused => Refusal(refused.Status, refused.Issues),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private BundleItem Stored(ResourceKey key, string version, long updated, bool created) => new(null)
    {
        Status = created ? "201 Created" : "200 OK",
        Location = $"{settings.PublicUrl}/{key}/_history/{version}",
        VersionId = version,
        LastUpdated = updated,
    };

    private static BundleItem Refusal(int status, IReadOnlyList<Issue> issues) =>
        new(null) { Status = status.ToString(System.Globalization.CultureInfo.InvariantCulture), Issues = issues };

    private static IReadOnlyList<Issue> Problem(string code, string diagnostics) => [new(IssueSeverity.Error, code, diagnostics, null)];
}
