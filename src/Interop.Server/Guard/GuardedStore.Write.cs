using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Fhir.Views;
using Interop.Server.Http;
using Interop.Server.Referrals;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    /// <param name="condition">If-None-Exist: a search that must match nothing for the resource to be created.</param>
    public async Task<WriteResult> CreateAsync(
        Caller caller, string type, byte[] body, string? condition, CancellationToken cancellationToken)
    {
        Require(caller, type, 'c');
        if (condition is not null)
        {
            // A condition is a search: its answer is whether something is there, and where.
            Require(caller, type, 's');
        }

        return await WriteAsync(
            caller,
            'c',
            FhirInteraction.Create,
            type,
            PrepareAsync,
            (session, sight, lookups, prepared) => Create(session, caller, sight, type, prepared, condition, lookups),
            cancellationToken);

        async Task<byte[]> PrepareAsync(Lookups lookups)
        {
            var checkedBody = Checked(type, null, body);
            if (condition is not null)
            {
                await ForeseeAsync(caller, type, condition, lookups, cancellationToken);
            }

            return checkedBody;
        }
    }

    /// <param name="conditions">Of the caller's view; a Task can't be updated without the version that the update was made from.</param>
    public async Task<WriteResult> UpdateAsync(
        Caller caller, ResourceKey key, byte[] body, Preconditions conditions, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'u');
        return await WriteAsync(
            caller,
            'u',
            FhirInteraction.Update,
            key.ToString(),
            _ => Task.FromResult(Checked(key.Type, key, body)),
            (session, sight, lookups, prepared) => Update(session, caller, sight, key, prepared, conditions, lookups),
            cancellationToken);
    }

    public async Task<DeleteResult> DeleteAsync(Caller caller, ResourceKey key, Preconditions conditions, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'd');
        return await store.WriteAsync(
            session =>
            {
                var sight = SightOf(session, caller, 'd');
                var result = Delete(session, caller, sight, key, conditions);
                session.Audit(
                    AuditTrail.Row(caller, sight.Instant, FhirInteraction.Delete, key.ToString(), null, Outcome(result), _ => { }));
                return result;
            },
            cancellationToken);
    }

    private static string Outcome(DeleteResult result) => result == DeleteResult.Deleted ? "permit" : "deny";

    /// <summary>Runs one write and its audit row in one transaction; a refusal leaves only the row.</summary>
    /// <param name="prepare">What can be computed and found out beforehand, in a turn of the caller's, while nobody else waits.</param>
    private Task<WriteResult> WriteAsync<T>(
        Caller caller,
        char right,
        FhirInteraction interaction,
        string target,
        Func<Lookups, Task<T>> prepare,
        Func<WriteSession, Sight, Lookups, T, WriteResult> work,
        CancellationToken cancellationToken) => KeepingLookupsAsync(async lookups =>
        {
            var prepared = await InTurnAsync(caller, () => prepare(lookups), cancellationToken);
            return await store.WriteAsync(
                session =>
                {
                    var sight = SightOf(session, caller, right);
                    var result = work(session, sight, lookups, prepared);
                    var (written, outcome) = result switch
                    {
                        WriteResult.Stored stored => (stored.Disclosure.Key.ToString(), "permit"),
                        WriteResult.Existing existing => (existing.Disclosure.Key.ToString(), "permit"),
                        _ => (target, "deny"),
                    };
                    session.Audit(AuditTrail.Row(caller, sight.Instant, interaction, written, null, outcome, detail =>
                        detail.WriteString("result", result.GetType().Name)));
                    return result;
                },
                cancellationToken);
        });

    /// <summary>The bytes without a byte order mark, if they are a valid resource of this type and id.</summary>
    private byte[] Checked(string type, ResourceKey? key, byte[] body)
    {
        body = ByteOrderMark.Skip(body);

        // R4 itself, and those of our profiles that meta.profile names.
        var issues = profiles.Validate(body);
        if (issues.Any(issue => issue.Severity <= IssueSeverity.Error))
        {
            throw new FhirException(400, issues);
        }

        var header = ResourceJson.ReadHeader(body)!;
        if (header.Type != type)
        {
            throw new FhirException(400, "invalid", "The resource is not of the type that the path names.", "resourceType");
        }

        return key is null || header.Id == key.Value.Id
            ? body
            : throw new FhirException(400, "invalid", "The resource's id must be the id in the path.", $"{type}.id");
    }

    /// <summary>The eyes of a writer: whether it may also read or search does not matter, what its scopes let it write does.</summary>
    /// <param name="right">One of <c>c u d</c>.</param>
    private Sight SightOf(WriteSession session, Caller caller, char right) =>
        SightOf(session, caller) with { Constraints = caller.Scopes.Constraints(right) };

    private Sight SightOf(WriteSession session, Caller caller)
    {
        var instant = Now();
        return Admission.Demand(
            caller,
            Sight(caller, instant, session.HasAgreement(caller.Organization, settings.Custodian, instant)),
            caller.IsPerson && session.LacksQualification(caller.Organization, caller.Practitioner, instant));
    }

    private WriteResult Create(
        WriteSession session, Caller caller, Sight sight, string type, byte[] body, string? condition, Lookups lookups)
    {
        if (condition is not null)
        {
            var searching = AsSearch(caller, sight);
            var matches = Matches(session, caller, searching, type, condition, lookups);
            if (matches.Count > 0)
            {
                return matches.Count > 1 ? new WriteResult.Ambiguous() : new WriteResult.Existing(Disclose(session, matches[0], searching)!);
            }
        }

        return Add(session, caller, sight, new ResourceKey(type, Guid.NewGuid().ToString()), body, lookups);
    }

    private WriteResult Add(WriteSession session, Caller caller, Sight sight, ResourceKey key, byte[] body, Lookups lookups)
    {
        (body, var unreadable) = new ReferenceDoor(this, session, caller, sight, lookups).Normal(key.Type, body);
        if ((unreadable ?? NewRefused(session, caller, sight, key, body) ?? UnknownReferences(session, sight, key, body, NoKeys))
            is { } refused)
        {
            return refused;
        }

        var written = new WrittenResources();
        Store(session, key, caller.Organization, WithId(body, key.Id), sight.Instant, written);
        sharingRows.Refresh(session, written);
        return new WriteResult.Stored(Written(session, key, sight), Created: true);
    }

    private WriteResult.Refused? NewRefused(WriteSession session, Caller caller, Sight sight, ResourceKey key, byte[] body) =>
        WriteRules.Check(caller, sight, key, body, settings.Custodian, session.Find)
        ?? (key.Type == "Contract" ? WriteRules.AgreementStep(null, body, key.Id) : null);

    /// <summary>A condition sees what a search of the caller's would.</summary>
    private static Sight AsSearch(Caller caller, Sight sight) =>
        sight with { Types = caller.Scopes.Types('s'), Constraints = caller.Scopes.Constraints('s') };

    private WriteResult Update(
        WriteSession session, Caller caller, Sight sight, ResourceKey key, byte[] body, Preconditions conditions, Lookups lookups)
    {
        // The one update as create: what tokens will call a new agency is the custodian's to choose, who sees all that there are.
        if (key.Type == "Organization" && caller.Organization == settings.Custodian && WriteRules.IsAdministrator(caller)
            && conditions is { IfMatch: null, IfUnmodifiedSince: null } && session.Find(key) is null)
        {
            return Add(session, caller, sight, key, body, lookups);
        }

        (body, var unreadable) = new ReferenceDoor(this, session, caller, sight, lookups).Normal(key.Type, body);
        var written = new WrittenResources();
        if ((unreadable ?? TryUpdate(session, caller, sight, key, body, conditions, NoKeys, written)) is { } refused)
        {
            return refused;
        }

        sharingRows.Refresh(session, written);
        return new WriteResult.Stored(Written(session, key, sight), Created: false);
    }

    /// <summary>What was just written, as its writer sees it.</summary>
    /// <exception cref="FhirException">403, which undoes the write: nobody writes what his role may not see or his scopes do not
    /// open.</exception>
    private Disclosure Written(WriteSession session, ResourceKey key, Sight sight) =>
        session.See(key, sight) is { } seen && Disclose(session, seen, sight) is { } disclosure
            ? disclosure
            : throw NotOpen(sight);

    private static FhirException NotOpen(Sight sight, string? expression = null) => sight.Constraints is null
        ? new(403, "forbidden", "The caller may not see what it would write.", expression)
        : FhirException.InsufficientScope("The token's scopes do not open what would be written, or the caller may not see it.", expression);

    /// <summary>Stores the update, or says why not; grant rows are the caller's to refresh.</summary>
    /// <param name="alsoKnown">Resources of the same transaction, which references may point at.</param>
    private WriteResult? TryUpdate(
        WriteSession session, Caller caller, Sight sight, ResourceKey key, byte[] body, Preconditions conditions, IReadOnlySet<ResourceKey> alsoKnown, WrittenResources written)
    {
        if (session.See(key, sight) is not { Deleted: false } seen || Disclose(session, seen, sight) is not { } view)
        {
            return new WriteResult.Absent(key);
        }

        if (conditions.FailsFor(view.VersionId, view.LastUpdated) is { } failed)
        {
            return new WriteResult.Conflict(key, failed);
        }

        if (ResourceViews.IsSubset(body))
        {
            return new WriteResult.Refused(
                422, "business-rule", "A part of a resource (tag SUBSETTED) would delete the rest: update with the whole.", $"{key.Type}.meta.tag");
        }

        var corrects = seen.Tier != Tier.Own && DirectoryRules.MayCorrect(caller, key, seen.Body, settings.Custodian);
        if (!conditions.NameVersion && VersionDemanded(key, corrects) is { } required)
        {
            return required;
        }

        if (key.Type == "Task" && WriteRules.TaskStep(seen.Body, body, Is("owner") || IsOwnStaffs(), Is("requester")) is { } wrongStep)
        {
            return Told(session, caller, sight, key, wrongStep);
        }

        var isOwn = corrects || seen.Tier == Tier.Own;
        var change = isOwn ? new TaskChange(body, []) : PartyChange(sight, seen, view, body);
        var isStep = key.Type == "Task" && IsRenewingStep(session, seen, body, sight.Instant);
        if (isOwn && WriteRules.Check(caller, sight, key, body, settings.Custodian, session.Find) is { } forbidden)
        {
            return forbidden;
        }

        var refused = change.Issues.Count == 0
            ? null
            : new WriteResult.Refused(change.Issues[0].Code == "forbidden" ? 403 : 422, change.Issues);
        refused ??= key.Type == "Contract" ? WriteRules.AgreementStep(seen.Body, body, key.Id) : null;
        refused ??= key.Type == "Encounter" ? WriteRules.EncounterStep(seen.Body, body) : null;
        refused ??= key.Type == "Task" && !isOwn ? WriteRules.TaskIsOver(seen.Body, change.Body, sight.Instant) : null;
        refused = refused is null ? null : Told(session, caller, sight, key, refused);
        refused ??= UnknownReferences(session, sight, key, body, alsoKnown);
        if (refused is null)
        {
            // Who puts its own entry right keeps it from then on; else whoever wrote it could undo that.
            var source = corrects && DirectoryRules.IsOf(caller.Organization, body) ? caller.Organization : session.Find(key)!.Source;
            Store(session, key, source, change.Body, sight.Instant, written, isOwn || isStep);
        }

        return refused;

        bool Is(string party) => At(party).Contains(caller.Organization);

        // A navigator who has claimed it by name, and of whose roles the directory says nothing, is of nobody else's.
        bool IsOwnStaffs() => seen.Tier == Tier.Own && At("owner").Count == 0;

        IReadOnlyCollection<string> At(string party) =>
            redactor.OrganizationsAt(seen.Body, key.Type, party, entry => OrganizationOf(session, entry));
    }

    /// <summary>Null, or why an update must name the version that it was made from.</summary>
    private static WriteResult.Refused? VersionDemanded(ResourceKey key, bool corrects) =>
        key.Type == "Task" ? new(400, "required", "A Task is updated only with If-Match, naming the version that was read.")
        : corrects ? new(400, "required", "What another organisation wrote is corrected only with If-Match, naming the version that was read.")
        : null;

    /// <summary>A refusal that follows from what is stored says why only to a token that may also read it.</summary>
    private static WriteResult.Refused Told(
        WriteSession session, Caller caller, Sight sight, ResourceKey key, WriteResult.Refused refused) =>
        MayRead(session, caller, sight, key)
            ? refused
            : new(422, "business-rule", $"This {key.Type} does not take the change. A token that may also read it is told why.", key.Type);

    /// <summary>Whether the token would also be answered a read.</summary>
    private static bool MayRead(WriteSession session, Caller caller, Sight sight, ResourceKey key) =>
        caller.Scopes.Allows(key.Type, 'r') && session.See(key, sight with { Constraints = caller.Scopes.Constraints('r') }) is not null;

    /// <summary>
    /// A partner that is party to a Task moves it on: it sends the Task as it sees it, and only the elements of the fulfilling side
    /// may differ. What it can't see stays as it is.
    /// </summary>
    private static TaskChange PartyChange(Sight sight, SeenResource seen, Disclosure view, byte[] body) =>
        IsPartyOfTask(sight, seen) ? TaskChange.Apply(seen.Body, view.Body, body) : new([], [NotItsRecord]);

    private static bool IsPartyOfTask(Sight sight, SeenResource seen) => seen.Key.Type == "Task" && seen.Party && sight.Directory;

    private static Issue NotItsRecord => new(IssueSeverity.Error, "forbidden", "The resource is another organisation's record.", null);

    /// <summary>A party's step renews a case that is open or opens one; one that has lapsed is the custodian's to open again.</summary>
    private static bool IsRenewingStep(WriteSession session, SeenResource seen, byte[] body, long instant) =>
        !TopLevel.Value(seen.Body.Span, "status").SequenceEqual(TopLevel.Value(body, "status"))
        && (session.CaseEnd(seen.Key) ?? long.MaxValue) > instant;

    private DeleteResult Delete(WriteSession session, Caller caller, Sight sight, ResourceKey key, Preconditions conditions)
    {
        if (session.See(key, sight) is { Deleted: true })
        {
            return MayRead(session, caller, sight, key) ? DeleteResult.Gone : DeleteResult.Absent;
        }

        if (session.See(key, sight) is not { } seen || Disclose(session, seen, sight) is not { } view)
        {
            return DeleteResult.Absent;
        }

        var corrects = DirectoryRules.MayCorrect(caller, key, seen.Body, settings.Custodian);
        if (!corrects && seen.Tier != Tier.Own)
        {
            return DeleteResult.Absent;
        }

        var refused = corrects ? null : WriteRules.Check(caller, sight, key, seen.Body, settings.Custodian, session.Find);
        if (refused is null && key.Type == "Contract" && WriteRules.AgreementEnd(seen.Body, key.Id) is { } end)
        {
            refused = Told(session, caller, sight, key, end);
        }

        if (refused is not null)
        {
            throw new FhirException(refused.Status, refused.Issues);
        }

        if (conditions.FailsFor(view.VersionId, view.LastUpdated) is not null)
        {
            return DeleteResult.Conflict;
        }

        var written = new WrittenResources();
        var stored = session.Find(key)!;
        written.Add(key, Judge(session, stored), stored);
        session.Delete(key, sight.Instant);
        RejudgeStandIns(session, key, stored, null, sight.Instant, written);
        sharingRows.Refresh(session, written);
        return DeleteResult.Deleted;
    }

    private Disclosure? Disclose(WriteSession session, SeenResource seen, Sight sight)
    {
        var references = redactor.References(seen);
        return redactor.Disclose(
            seen, references.Count == 0 ? NoKeys : session.Visible(references, sight.ForReferences()), sight.Organization);
    }

    private static byte[] WithId(byte[] body, string id)
    {
        var quoted = JsonSerializer.SerializeToUtf8Bytes(id);
        return TopLevel.Value(body, "id").IsEmpty
            ? TopLevel.InsertAfter(body, "resourceType", "id", quoted)
            : TopLevel.Replace(body, "id", quoted);
    }
}
