using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Bundles;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Guard.Histories;
using Interop.Server.Guard.Searches;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>
/// Carries out entries one by one, each as it would be carried out alone, and answers each for itself
/// (https://hl7.org/fhir/R4/http.html#transaction-response).
/// </summary>
internal sealed class BundleEntries(
    GuardedReads reads,
    GuardedSearches searches,
    GuardedHistories histories,
    GuardedWrites writes,
    ConditionalWrites conditionals,
    AuditTrail audit,
    InteropSettings settings,
    Capabilities capabilities)
{
    /// <summary>
    /// A batch, or what a transaction reads, which is answered from what it left (https://hl7.org/fhir/R4/http.html#trules): what fails now
    /// fails alone, for the rest is done.
    /// </summary>
    /// <param name="done">The answers to what a transaction wrote; empty for a batch.</param>
    public async Task<IReadOnlyList<BundleItem>> AnswerAsync(
        Caller caller, BundleRequest request, IReadOnlyList<BundleItem> done, CancellationToken cancellationToken)
    {
        var interaction = request.IsTransaction ? FhirInteraction.Transaction : FhirInteraction.Batch;
        if (request is { IsTransaction: false, Entries.Count: 0 })
        {
            await audit.PermittedAsync(caller, interaction, null, cancellationToken);
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
                items.Add(entry.Refusal is { } refusal ? throw refusal : await AnswerAsync(caller, entry, cancellationToken));
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
                items.Add(Refusal(IssueCode.Timeout, "The transaction is done, but there was no time left to read this."));
            }
        }

        return items;
    }

    private Task<BundleItem> AnswerAsync(Caller caller, BundleRequestEntry entry, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(entry.Type, entry.Id ?? string.Empty);
        if (entry is { Method: "GET", Type: GuardedAudit.Type })
        {
            throw GuardedAudit.Apart();
        }

        return entry switch
        {
            { Condition: { } condition } => ConditionalAsync(caller, entry, condition, cancellationToken),
            { Method: "POST" } =>
                WrittenAsync(writes.CreateAsync(caller, entry.Type, entry.Resource!, entry.IfNoneExist, cancellationToken)),
            { Method: "PUT" } => WrittenAsync(writes.UpdateAsync(caller, key, entry.Resource!, entry.Conditions, cancellationToken)),
            { Method: "PATCH" } =>
                WrittenAsync(writes.PatchAsync(caller, key, Patch.ChangeOf(entry.Resource!), entry.Conditions, cancellationToken)),
            { Method: "DELETE" } => DeletedAsync(writes.DeleteAsync(caller, key, entry.Conditions, cancellationToken), key.ToString()),
            { IsMetadata: true } => StatementAsync(caller, cancellationToken),
            { IsHistory: true, Id: null } => TypeHistoryAsync(caller, entry, cancellationToken),
            { IsHistory: true } => HistoryAsync(caller, key, entry, cancellationToken),
            { Id: null } => SearchAsync(caller, entry, cancellationToken),
            { Version: { } version } =>
                ReadAsync(reads.ReadVersionAsync(caller, key, version, cancellationToken), $"this version of {key}", entry),
            _ => ReadAsync(reads.ReadAsync(caller, key, cancellationToken), key.ToString(), entry),
        };
    }

    private Task<BundleItem> ConditionalAsync(
        Caller caller, BundleRequestEntry entry, string condition, CancellationToken cancellationToken) => entry.Method switch
        {
            "PUT" => WrittenAsync(
                conditionals.UpdateAsync(caller, entry.Type, condition, entry.Resource!, entry.Conditions, cancellationToken)),
            "PATCH" => WrittenAsync(conditionals.PatchAsync(
                caller, entry.Type, condition, Patch.ChangeOf(entry.Resource!), entry.Conditions, cancellationToken)),
            _ => DeletedAsync(
                conditionals.DeleteAsync(caller, entry.Type, condition, entry.Conditions, cancellationToken),
                $"The {entry.Type} that the condition matches"),
        };

    private static async Task<BundleItem> ReadAsync(Task<ReadResult> read, string what, BundleRequestEntry entry)
    {
        var view = entry.View;
        return await read switch
        {
            ReadResult.Found { Disclosure: var found }
                when entry.Conditions.Changing.FailsFor(found.VersionId, found.LastUpdated) is { } failed =>
                Refusal(IssueCode.Conflict, $"{failed} does not hold for {what}."),
            ReadResult.Found { Disclosure: var found } when entry.Conditions.IsKnown(found.VersionId, found.LastUpdated) =>
                new BundleItem(null) { Status = "304", VersionId = found.VersionId, LastUpdated = found.LastUpdated },
            ReadResult.Found { Disclosure: var found } =>
                new BundleItem(view.Of(found)) { Status = "200", VersionId = found.VersionId, LastUpdated = found.LastUpdated },
            ReadResult.Deleted => Refusal(IssueCode.Deleted, $"{what} was deleted."),
            _ => Refusal(IssueCode.NotFound, $"{what} is not known."),
        };
    }

    private async Task<BundleItem> SearchAsync(Caller caller, BundleRequestEntry entry, CancellationToken cancellationToken) => new(null)
    {
        Nested = await Search.BundleAsync(
            caller, entry.Type, null, FhirRequest.Pairs(entry.Query), lenient: false, searches, settings, cancellationToken),
        Status = "200",
    };

    private async Task<BundleItem> HistoryAsync(
        Caller caller, ResourceKey key, BundleRequestEntry entry, CancellationToken cancellationToken) =>
        await InstanceHistory.BundleAsync(caller, key, FhirRequest.Pairs(entry.Query), reads, settings, cancellationToken) is { } history
            ? new(null) { Nested = history, Status = "200" }
            : Refusal(IssueCode.NotFound, $"{key} is not known.");

    private async Task<BundleItem> TypeHistoryAsync(Caller caller, BundleRequestEntry entry, CancellationToken cancellationToken) =>
        new(null)
        {
            Nested = await TypeHistory.BundleAsync(
                caller, entry.Type, FhirRequest.Pairs(entry.Query), histories, settings, cancellationToken),
            Status = "200",
        };

    private async Task<BundleItem> StatementAsync(Caller caller, CancellationToken cancellationToken)
    {
        await audit.PermittedAsync(caller, FhirInteraction.Capabilities, "metadata", cancellationToken);
        return new(null) { Statement = await capabilities.StatementAsync(cancellationToken), Status = "200" };
    }

    private async Task<BundleItem> WrittenAsync(Task<WriteResult> write) => await write switch
    {
        WriteResult.Stored stored => BundleItem.Stored(stored.Disclosure, settings.PublicUrl, stored.Created, stored.Remarks),
        WriteResult.Existing existing => BundleItem.Stored(existing.Disclosure, settings.PublicUrl, created: false, []),
        WriteResult.Ambiguous => Refusal(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule),
        WriteResult.Unmatched => Refusal(IssueCode.NotFound, WriteResult.Unmatched.Rule),
        WriteResult.Conflict conflict =>
            Refusal(IssueCode.Conflict, $"{conflict.Condition} does not hold for the current version of {conflict.Key}."),
        WriteResult.Absent absent => Refusal(IssueCode.NotFound, $"{absent.Key} is not known."),
        WriteResult.Refused refused => Refusal(refused.Status, refused.Issues),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static async Task<BundleItem> DeletedAsync(Task<DeleteResult> delete, string what) => await delete switch
    {
        DeleteResult.Deleted => new BundleItem(null) { Status = "204" },
        DeleteResult.Gone => Refusal(IssueCode.Deleted, $"{what} was deleted."),
        DeleteResult.Conflict => Refusal(IssueCode.Conflict, $"A precondition does not hold for the current version of {what}."),
        DeleteResult.Unmatched => Refusal(IssueCode.NotFound, WriteResult.Unmatched.Rule),
        DeleteResult.Ambiguous => Refusal(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule),
        _ => Refusal(IssueCode.NotFound, $"{what} is not known."),
    };

    private static BundleItem Refusal(IssueCode code, string diagnostics) =>
        Refusal(code.Status, [new Issue(IssueSeverity.Error, code.Code, diagnostics, null)]);

    private static BundleItem Refusal(int status, IReadOnlyList<Issue> issues) =>
        new(null) { Status = status.ToString(System.Globalization.CultureInfo.InvariantCulture), Issues = issues };
}
