using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.References;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;

namespace Interop.Server.Bundles;

/// <summary>
/// One transaction on its way, in the order of the specification: deletes; the conditions of creates, and ids; creates and updates with
/// their references rewritten, those last that are found by a search. Any refusal ends it; the caller of <see cref="Execute"/> undoes
/// what was written.
/// </summary>
/// <remarks>An operator's import keeps ids, may point ahead, and writes for the custodian of its sight.</remarks>
/// <param name="door">Takes what conditions looked for.</param>
internal sealed class TransactionRun(GuardedTransaction transaction, ResourceChanges changes, ReferenceDoor door, InteropSettings settings)
{
    // Each round asks again for what was not there: a chain of a thousand would ask a million times, while all other writers wait.
    private const int MostRounds = 8;

    private readonly Dictionary<string, string> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> read = new(StringComparer.Ordinal);

    public List<ResourceKey> Written { get; } = [];

    /// <summary>What conditions found: the answer tells of it.</summary>
    public IReadOnlyList<ResourceKey> Matched => door.Matched;

    public IReadOnlyList<BundleItem> Execute(BundleRequest request)
    {
        foreach (var entry in request.Entries.Where(entry => entry.Method == "DELETE"))
        {
            Delete(entry, entry.Condition is { } condition ? Only(entry, condition) : new(entry.Type, entry.Id!));
        }

        // What conditions find of what was deleted they do not find; what they name may be created by any entry.
        var plans = request.Entries.Select(Plan).ToList();
        RefuseOverlaps(plans);
        var known = plans.Where(plan => plan.Entry.Method is "POST" or "PUT").Select(plan => plan.Key).ToHashSet();
        var writing = plans.Where(plan => plan.Entry.Method is "POST" or "PUT" && !plan.Exists)
            .OrderBy(plan => plan.IsNew ? 0 : 1).ToLookup(plan => ReferenceDoor.Looks(plan.Entry.Resource!));
        foreach (var plan in writing[false])
        {
            Carry(plan, known);
        }

        CarryInRounds([.. writing[true]], known);
        transaction.Settle();
        foreach (var plan in plans.Where(plan => Written.Contains(plan.Key)))
        {
            RequireOpen(plan);
        }

        return [.. plans.Select(Answer)];
    }

    private EntryPlan Plan(BundleRequestEntry entry)
    {
        var plan = entry switch
        {
            { Method: "POST", IfNoneExist: { } condition } when Match(entry, condition) is { } found =>
                new EntryPlan(entry, found) { Exists = true },
            { Method: "PUT", Condition: { } condition } => Conditional(entry, Match(entry, condition)),
            _ => new EntryPlan(entry, new(entry.Type, entry.Id ?? Guid.NewGuid().ToString())) { IsNew = entry.Method == "POST" },
        };
        if (entry.Patched?.Condition is { } patched && Only(entry, patched) != plan.Key)
        {
            throw new PatchOvertakenException(
                new(IssueCode.Conflict, "The condition finds another resource than the one that was patched.", entry.ConditionPath));
        }

        if (entry.FullUrl is not null && entry.Method is "POST" or "PUT")
        {
            addresses[AddressOf(entry.FullUrl)] = plan.Key.ToString();
        }

        return plan;
    }

    private EntryPlan Conditional(BundleRequestEntry entry, ResourceKey? match)
    {
        var (target, refused) = changes.Target(transaction, entry.Type, match, entry.Resource, entry.Conditions);
        return refused is null ? new(entry, target) { IsNew = match is null } : throw Refusal(refused, entry);
    }

    /// <summary>The one resource that an entry's condition finds, or null.</summary>
    private ResourceKey? Match(BundleRequestEntry entry, string condition)
    {
        var matches = door.Match(entry.Type, condition, entry.ConditionPath);
        return matches.Count > 1
            ? throw new FhirException(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule, entry.ConditionPath)
            : matches.Count == 1 ? matches[0] : null;
    }

    private ResourceKey Only(BundleRequestEntry entry, string condition) =>
        Match(entry, condition) ?? throw new FhirException(IssueCode.NotFound, WriteResult.Unmatched.Rule, entry.ConditionPath);

    /// <summary>What conditions find may be what another entry changes: see <see cref="BundleRequest"/>.</summary>
    private static void RefuseOverlaps(IReadOnlyList<EntryPlan> plans)
    {
        var changed = new HashSet<ResourceKey>();
        if (plans.FirstOrDefault(plan => plan.Entry.Method == "PUT" && !changed.Add(plan.Key)) is { } second)
        {
            throw new FhirException(IssueCode.Duplicate, "Two entries change one resource.", second.Entry.Path + ".request.url");
        }
    }

    /// <summary>
    /// Conditional references are resolved when the rest is there, whatever the order of the entries: one that waits for another of these
    /// is carried out after it, a few times.
    /// </summary>
    private void CarryInRounds(List<EntryPlan> plans, HashSet<ResourceKey> known)
    {
        for (var round = 1; plans.Count > 0; round++)
        {
            door.Forget();
            var waiting = new List<EntryPlan>();
            FhirException? unresolved = null;
            foreach (var plan in plans)
            {
                try
                {
                    Carry(plan, known);
                }
                catch (UnresolvedConditionException nothing)
                {
                    unresolved ??= nothing.Refusal;
                    waiting.Add(plan);
                }
            }

            var goesOn = waiting.Count < plans.Count && round < MostRounds;
            plans = goesOn || unresolved is null ? waiting : throw unresolved;
        }
    }

    private void Carry(EntryPlan plan, HashSet<ResourceKey> known)
    {
        var (entry, key) = (plan.Entry, plan.Key);
        var stood = entry.Patched?.Stood;
        var named = BundleAddresses.Rewrite(entry.Resource, text => stood?.Contains(text) == true ? null : NewAddress(text));
        var (body, unreadable) = door.Normal(entry.Type, named, entry.Path + ".resource");
        if (unreadable is not null)
        {
            throw Refusal(unreadable, entry);
        }

        if (transaction.Caller.IsOperator)
        {
            transaction.Put(key, transaction.Sight.Organization, ResourceChanges.WithId(body, key.Id));
            Written.Add(key);
            return;
        }

        var refusal = plan.IsNew ? Create(entry, key, body, known) : Update(entry, key, body, known);
        if (refusal is not null)
        {
            var told = Refusal(refusal, entry);
            throw refusal is WriteResult.Conflict && entry.Patched is { IsOfAnyVersion: true } ? new PatchOvertakenException(told) : told;
        }

        Written.Add(key);
    }

    /// <summary>
    /// What was written must be what the caller's role may see and its scopes let it write, once all of the transaction is there.
    /// </summary>
    private void RequireOpen(EntryPlan plan)
    {
        var writing = Through(plan.Entry, plan.IsNew);
        writing = plan.IsNew ? changes.EyesOn(transaction, writing, plan.Key) : writing;
        if (!transaction.Caller.IsOperator && !transaction.Sees(plan.Key, writing))
        {
            throw GuardedTransaction.NotOpen(writing, plan.Entry.Path + ".resource");
        }
    }

    /// <summary>The caller's sight for the right that an entry needs.</summary>
    private Sight Through(BundleRequestEntry entry, bool isNew = false) => transaction.Caller.IsOperator
        ? transaction.Sight
        : transaction.Sight.Opened(transaction.Caller, isNew ? SmartRight.Create : entry.Right);

    private WriteResult? Create(BundleRequestEntry entry, ResourceKey key, byte[] body, HashSet<ResourceKey> known) =>
        changes.TryCreate(transaction, Through(entry, isNew: true), key, body, door, known);

    private WriteResult? Update(BundleRequestEntry entry, ResourceKey key, byte[] body, HashSet<ResourceKey> known) =>
        entry.Condition is not null || ResourceJson.ReadHeader(body)?.Id == key.Id
            ? changes.TryUpdate(
                transaction, Through(entry), key, ResourceChanges.WithId(body, key.Id), entry.Conditions, door, known)
            : new WriteResult.Refused(IssueCode.Invalid, "The resource's id must be the id in the request's url.");

    public static FhirException Refusal(WriteResult refusal, BundleRequestEntry entry) => refusal switch
    {
        WriteResult.Refused refused => new(
            refused.Status,
            [.. refused.Issues.Select(issue => issue with { Expression = $"{entry.Path}.resource{Below(issue.Expression)}" })]),
        WriteResult.Conflict conflict =>
                new(IssueCode.Conflict, $"{conflict.Condition} does not hold for the current version.", entry.Path),
        _ => new(IssueCode.NotFound, "The resource is not known.", entry.Path),
    };

    private void Delete(BundleRequestEntry entry, ResourceKey key)
    {
        if (transaction.Caller.IsOperator)
        {
            throw new FhirException(IssueCode.NotSupported, "An import does not delete.", entry.Path + ".request.method");
        }

        var result = changes.Delete(transaction, Through(entry), key, entry.Conditions);
        if (result != DeleteResult.Deleted)
        {
            throw result switch
            {
                DeleteResult.Conflict =>
                    new FhirException(IssueCode.Conflict, "A precondition does not hold for the current version.", entry.Path),
                DeleteResult.Gone => new FhirException(IssueCode.Deleted, $"{key} was deleted.", entry.Path),
                _ => new FhirException(IssueCode.NotFound, $"{key} is not known.", entry.Path),
            };
        }
    }

    /// <summary>The entry's new address. Most texts are systems and urls that stand there again and again: each is read once.</summary>
    private string? NewAddress(string text) => read.TryGetValue(text, out var known)
        ? known
        : read[text] = addresses.GetValueOrDefault(AddressOf(text));

    /// <summary>One text for all addresses of a resource, without a version.</summary>
    private string AddressOf(string text) =>
        settings.Bases.Read(text) is ReferenceReading.Local { Key: var key } ? key.ToString() : text.Split("/_history/")[0];

    private BundleItem Answer(EntryPlan plan)
    {
        if (plan.Entry.Method is "GET" or "DELETE")
        {
            return new BundleItem(null) { Status = "204" };
        }

        return transaction.Read(plan.Key, transaction.Sight) is { } disclosure
            ? BundleItem.Stored(
                disclosure, settings.PublicUrl, created: plan.IsNew, transaction.Remarks.GetValueOrDefault(plan.Key, []))
            : new BundleItem(null) { Status = "201 Created", Location = plan.Key.ToString() };
    }

    private static string Below(string? expression)
    {
        var dot = expression?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        return dot < 0 ? string.Empty : expression![dot..];
    }

    private sealed record EntryPlan(BundleRequestEntry Entry, ResourceKey Key)
    {
        /// <summary>ifNoneExist found it: nothing is written.</summary>
        public bool Exists { get; init; }

        /// <summary>Nothing is there yet that it would change.</summary>
        public bool IsNew { get; init; }
    }
}

/// <summary>Somebody was quicker than a patch that named no version: it is computed again from what that one left.</summary>
internal sealed class PatchOvertakenException(FhirException refusal) : Exception
{
    public FhirException Refusal { get; } = refusal;
}
