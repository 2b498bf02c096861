using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Fhir.Views;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Changes;

/// <summary>Whether a caller may make a change to one resource; where it may, the change is made in the transaction.</summary>
internal sealed class ResourceChanges(
    Conditions conditions, SharingPolicy policy, TypeRules rules, Relabelling relabelling, DispatchDesk desk, InteropSettings settings)
{
    /// <summary>The door that references of one transaction pass.</summary>
    public ReferenceDoor DoorOf(GuardedTransaction transaction, ForeseenConditions foreseen) =>
        new(transaction, policy, settings.Bases, conditions, foreseen);

    /// <param name="sight">The writer's, with what its scopes let it create.</param>
    /// <param name="condition">A search that must match nothing.</param>
    public WriteResult Create(
        GuardedTransaction transaction, Sight sight, string type, byte[] body, string? condition, ForeseenConditions foreseen)
    {
        if (condition is not null && conditions.Matches(transaction, type, condition, foreseen) is { Count: > 0 } matches)
        {
            return matches.Count > 1
                ? new WriteResult.Ambiguous()
                : new WriteResult.Existing(transaction.Disclose(matches[0], Conditions.Searching(transaction))!);
        }

        return Add(transaction, sight, new ResourceKey(type, Guid.NewGuid().ToString()), body, foreseen);
    }

    /// <param name="sight">The writer's, with what its scopes let it update.</param>
    /// <param name="preconditions">Of the writer's view.</param>
    public WriteResult Update(
        GuardedTransaction transaction, Sight sight, ResourceKey key, byte[] body, Preconditions preconditions, ForeseenConditions foreseen)
    {
        if (MayName(transaction, key, preconditions))
        {
            return Add(transaction, sight, key, body, foreseen);
        }

        var door = DoorOf(transaction, foreseen);
        (body, var unreadable) = door.Normal(key.Type, body);
        return unreadable
            ?? TryUpdate(transaction, sight, key, body, preconditions, door)
            ?? new WriteResult.Stored(
                transaction, transaction.Written(key, sight).WithSent(new(body, rules.PartyElements(key.Type))), created: false);
    }

    /// <summary>Updates the one resource that the condition finds; where it finds none, creates one.</summary>
    public WriteResult UpdateMatch(
        GuardedTransaction transaction,
        string type,
        string condition,
        byte[] body,
        Preconditions preconditions,
        ForeseenConditions foreseen)
    {
        var matches = conditions.Matches(transaction, type, condition, foreseen);
        if (matches.Count > 1)
        {
            return new WriteResult.Ambiguous();
        }

        var match = matches.Count == 1 ? matches[0].Key : (ResourceKey?)null;
        var (target, refused) = Target(transaction, type, match, body, preconditions);
        if (refused is not null)
        {
            return refused;
        }

        return match is null
            ? Add(transaction, transaction.Sight.Opened(transaction.Caller, SmartRight.Create), target, body, foreseen)
            : Update(
                transaction,
                transaction.Sight.Opened(transaction.Caller, SmartRight.Update),
                target,
                WithId(body, target.Id),
                preconditions,
                foreseen);
    }

    /// <summary>
    /// The resource that a conditional update writes, a new one where nothing matches; or why it can't be
    /// (https://hl7.org/fhir/R4/http.html#cond-update).
    /// </summary>
    /// <param name="match">What the condition found.</param>
    public (ResourceKey Target, WriteResult.Refused? Refused) Target(
        GuardedTransaction transaction, string type, ResourceKey? match, ReadOnlyMemory<byte> body, Preconditions preconditions)
    {
        var id = ResourceJson.ReadHeader(body.Span)?.Id;
        if (match is { } found)
        {
            return (found, id is null || id == found.Id
                ? null
                : new(IssueCode.Invalid, "The resource's id is not the id of the one that the condition finds.", $"{type}.id"));
        }

        if (preconditions.IfMatch is not null)
        {
            return (default, new(IssueCode.Conflict, "If-Match names a version, and the condition matches nothing."));
        }

        if (id is null)
        {
            return (new(type, Guid.NewGuid().ToString()), null);
        }

        var chosen = new ResourceKey(type, id);
        return (chosen, MayName(transaction, chosen, preconditions)
            ? null
            : new(
                IssueCode.NotSupported,
                "The condition matches nothing, and the server chooses the id of what is created: send the resource without one.",
                $"{type}.id"));
    }

    /// <summary>
    /// The one update as create: what tokens will call a new agency is the custodian's to choose, who sees all that there are.
    /// </summary>
    private bool MayName(GuardedTransaction transaction, ResourceKey key, Preconditions preconditions) =>
        key.Type == "Organization"
        && transaction.Caller.Organization == settings.Custodian
        && WriteRules.IsAdministrator(transaction.Caller)
        && preconditions is { IfMatch: null, IfUnmodifiedSince: null }
        && transaction.Rows.Find(key) is null;

    private WriteResult Add(GuardedTransaction transaction, Sight sight, ResourceKey key, byte[] body, ForeseenConditions foreseen)
    {
        var door = DoorOf(transaction, foreseen);
        (body, var unreadable) = door.Normal(key.Type, body);
        return unreadable
            ?? TryCreate(transaction, sight, key, body, door)
            ?? (WriteResult)new WriteResult.Stored(
                transaction, transaction.Written(key, EyesOn(transaction, sight, key)), created: true);
    }

    /// <inheritdoc cref="DispatchDesk.EyesOn"/>
    public Sight EyesOn(GuardedTransaction transaction, Sight sight, ResourceKey key) => desk.EyesOn(transaction, sight, key.Type);

    /// <summary>Stores the new resource of the writer's organisation, or says why not.</summary>
    /// <param name="body">With its references in normal form.</param>
    /// <param name="alsoKnown">Resources of the same transaction, which references may point at.</param>
    public WriteResult.Refused? TryCreate(
        GuardedTransaction transaction,
        Sight sight,
        ResourceKey key,
        byte[] body,
        ReferenceDoor door,
        IReadOnlySet<ResourceKey>? alsoKnown = null)
    {
        sight = EyesOn(transaction, sight, key);
        var step = new ResourceStep(key, null, body, sight.Organization, IsOwn: true, transaction);
        var refused = Recorded(transaction, sight, key, body)
            ?? rules.Reached(step)
            ?? door.Unknown(sight, key, body, alsoKnown);
        if (refused is null)
        {
            transaction.Store(key, sight.Organization, rules.Completed(step, WithId(body, key.Id)));
        }

        return refused;
    }

    /// <summary>Stores the update, or says why not.</summary>
    /// <inheritdoc cref="TryCreate"/>
    public WriteResult? TryUpdate(
        GuardedTransaction transaction,
        Sight sight,
        ResourceKey key,
        byte[] body,
        Preconditions preconditions,
        ReferenceDoor door,
        IReadOnlySet<ResourceKey>? alsoKnown = null)
    {
        var caller = transaction.Caller;
        if (transaction.Rows.See(key, sight) is not { Deleted: false } seen || transaction.Disclose(seen, sight) is not { } view)
        {
            return new WriteResult.Absent(key);
        }

        if (preconditions.FailsFor(view.VersionId, view.LastUpdated) is { } failed)
        {
            return new WriteResult.Conflict(key, failed);
        }

        if (ResourceViews.IsSubset(body))
        {
            return new WriteResult.Refused(
                IssueCode.BusinessRule,
                "A part of a resource (tag SUBSETTED) would delete the rest: update with the whole.",
                $"{key.Type}.meta.tag");
        }

        var corrects = seen.Tier != Tier.Own && DirectoryRules.MayCorrect(caller, key, seen.Body, settings.Custodian);
        if (!preconditions.NameVersion && VersionDemanded(key, corrects) is { } required)
        {
            return required;
        }

        var isOwn = corrects || seen.Tier == Tier.Own;
        var step = new ResourceStep(key, seen.Body, body, caller.Organization, isOwn, transaction);
        if (rules.Taken(step) is { } wrongStep)
        {
            return Told(transaction, sight, key, wrongStep);
        }

        if (isOwn && Recorded(transaction, sight, key, body) is { } forbidden)
        {
            return forbidden;
        }

        var keeper = transaction.Rows.Find(key)!.Source;
        var (changed, issues) = isOwn ? Relabelling.Of(transaction, seen, body, keeper)
            : IsParty(sight, seen) && rules.ByParty(step, view.Body) is { } byParty ? byParty
            : ([], [NotItsRecord]);
        var refused = issues.Count == 0 ? null : new WriteResult.Refused(issues[0].Code == "forbidden" ? 403 : 422, issues);
        refused ??= rules.Reached(step with { After = changed });
        if (refused is not null)
        {
            return Told(transaction, sight, key, refused);
        }

        if (door.Unknown(sight, key, body, alsoKnown) is { } unknown)
        {
            return unknown;
        }

        // Who puts its own entry right keeps it from then on; else whoever wrote it could undo that.
        var custodian =
            corrects && DirectoryRules.IsOf(caller.Organization, body) ? caller.Organization : keeper;
        var whole = rules.Completed(step with { After = changed }, changed);
        transaction.Store(key, custodian, whole, renews: isOwn || IsRenewing(transaction, seen, body));
        if (isOwn)
        {
            relabelling.Record(transaction, seen, body, keeper);
        }

        return null;
    }

    /// <summary>Marks the resource as deleted, or says why not.</summary>
    /// <param name="sight">The writer's, with what its scopes let it delete.</param>
    /// <exception cref="FhirException">A rule forbids it.</exception>
    public DeleteResult Delete(GuardedTransaction transaction, Sight sight, ResourceKey key, Preconditions preconditions)
    {
        if (transaction.Rows.See(key, sight) is not { } seen)
        {
            return DeleteResult.Absent;
        }

        if (seen.Deleted)
        {
            return MayRead(transaction, sight, key) ? DeleteResult.Gone : DeleteResult.Absent;
        }

        var corrects = DirectoryRules.MayCorrect(transaction.Caller, key, seen.Body, settings.Custodian);
        if (transaction.Disclose(seen, sight) is not { } view || (!corrects && seen.Tier != Tier.Own))
        {
            return DeleteResult.Absent;
        }

        var refused = corrects ? null : Recorded(transaction, sight, key, seen.Body);
        if (refused is null && rules.Ended(key, seen.Body) is { } lasts)
        {
            refused = Told(transaction, sight, key, lasts);
        }

        if (refused is not null)
        {
            throw new FhirException(refused.Status, refused.Issues);
        }

        if (preconditions.FailsFor(view.VersionId, view.LastUpdated) is not null)
        {
            return DeleteResult.Conflict;
        }

        transaction.Delete(key);
        return DeleteResult.Deleted;
    }

    /// <summary>
    /// Why the caller may change nothing of the resource, whatever it would change; the rest is asked when the change is known.
    /// </summary>
    public WriteResult.Refused? MayNotUpdate(Caller caller, Sight sight, SeenResource seen, Preconditions preconditions)
    {
        var corrects = seen.Tier != Tier.Own && DirectoryRules.MayCorrect(caller, seen.Key, seen.Body, settings.Custodian);
        if (!preconditions.NameVersion && VersionDemanded(seen.Key, corrects) is { } required)
        {
            return required;
        }

        return seen.Tier == Tier.Own ? WriteRules.MayKeep(sight, seen.Key)
            : corrects || IsParty(sight, seen) ? null
            : new(403, [NotItsRecord]);
    }

    private WriteResult.Refused? Recorded(GuardedTransaction transaction, Sight sight, ResourceKey key, ReadOnlyMemory<byte> body) =>
        WriteRules.Check(transaction.Caller, sight, key, body, settings.Custodian, transaction.Rows.Find)
        ?? rules.Recorded(transaction.Caller, key, body);

    /// <summary>Null, or why an update must name the version that it was made from.</summary>
    private static WriteResult.Refused? VersionDemanded(ResourceKey key, bool corrects) =>
        key.Type == "Task" ? new(IssueCode.Required, "A Task is updated only with If-Match, naming the version that was read.")
        : corrects
            ? new(IssueCode.Required, "What another organisation wrote is corrected only with If-Match, naming the version that was read.")
        : null;

    /// <summary>A refusal that follows from what is stored says why only to a token that may also read it.</summary>
    private static WriteResult.Refused Told(GuardedTransaction transaction, Sight sight, ResourceKey key, WriteResult.Refused refused) =>
        MayRead(transaction, sight, key)
            ? refused
            : new(
                IssueCode.BusinessRule,
                $"This {key.Type} does not take the change. A token that may also read it is told why.",
                key.Type);

    /// <summary>Whether the token would also be answered a read.</summary>
    private static bool MayRead(GuardedTransaction transaction, Sight sight, ResourceKey key) =>
        transaction.Caller.Scopes.Allows(key.Type, SmartRight.Read)
        && transaction.Rows.See(key, sight.Opened(transaction.Caller, SmartRight.Read)) is not null;

    /// <summary>
    /// A partner that is party to a Task moves it on, with rights of its own; other resources are changed by those who keep them.
    /// </summary>
    private static bool IsParty(Sight sight, SeenResource seen) => seen.Key.Type == "Task" && seen.Party && sight.Directory;

    private static Issue NotItsRecord => new(IssueSeverity.Error, "forbidden", "The resource is another organisation's record.", null);

    /// <summary>A party's step renews a case that is open or opens one; one that has lapsed is the custodian's to open again.</summary>
    private static bool IsRenewing(GuardedTransaction transaction, SeenResource seen, byte[] body) =>
        seen.Key.Type == "Task"
        && !TopLevel.Value(seen.Body.Span, "status").SequenceEqual(TopLevel.Value(body, "status"))
        && (transaction.Rows.CaseEnd(seen.Key) ?? long.MaxValue) > transaction.Instant;

    /// <summary>The body under its id, whatever id it came with.</summary>
    public static byte[] WithId(byte[] body, string id)
    {
        var quoted = JsonSerializer.SerializeToUtf8Bytes(id);
        return TopLevel.Value(body, "id").IsEmpty
            ? TopLevel.InsertAfter(body, "resourceType", "id", quoted)
            : TopLevel.Replace(body, "id", quoted);
    }
}
