using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Consents;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>
/// One write on its way: who writes, with which sight, at which instant, and what has been written so far. <see cref="GuardedStore"/>
/// completes it. It demands nothing of the writer: what one may write is asked before.
/// </summary>
internal sealed class GuardedTransaction(
    WriteSession session, Caller caller, Sight sight, Redactor redactor, Judge judge, SharingRows sharingRows, TypeRules rules)
    : GuardedRows(session.Rows, caller, sight, redactor)
{
    /// <summary>
    /// Each is a row that is written while all other writers wait: so many take some tenths of a second. R4's largest example has 6,414.
    /// </summary>
    private const int MostIndexEntries = 10_000;

    private readonly Queue<Action> waiting = [];
    private readonly Dictionary<ResourceKey, SeenResource> shown = [];
    private readonly Dictionary<ResourceKey, IReadOnlyList<Issue>> remarks = [];
    private WrittenResources written = new();

    /// <summary>Judges and stores one resource, and what follows from it by the rules of its type.</summary>
    /// <param name="custodian">Id of the Organization whose record it is.</param>
    /// <param name="renews">Whether the write renews a case: the custodian's own does, and a step that a party takes.</param>
    /// <exception cref="FhirException">400: more index entries than one resource may have.</exception>
    public void Store(ResourceKey key, string custodian, byte[] body, bool renews = true)
    {
        var before = Rows.Find(key);
        Put(key, custodian, body, before, renews);
        rules.Follow(this, StepOf(key, custodian, before, body));
    }

    /// <summary>Whether what is brought in has happened long since, elsewhere: then nobody is told of it.</summary>
    public bool IsHistory { get; set; }

    /// <summary>What its writer must know of what is stored, though nothing forbids it; the last word about a resource counts.</summary>
    public IReadOnlyDictionary<ResourceKey, IReadOnlyList<Issue>> Remarks => remarks;

    /// <inheritdoc cref="Remarks"/>
    public void Remark(ResourceKey key, IReadOnlyList<Issue> issues) => remarks[key] = issues;

    /// <summary>From which resources labels were taken away, which, and the Provenance that says why: the trail names both.</summary>
    public Dictionary<ResourceKey, (IReadOnlyList<string> Labels, ResourceKey Why)> Relabelled { get; } = [];

    /// <inheritdoc cref="Redactor.LabelsLost"/>
    public IReadOnlyList<string> LabelsLost(SeenResource before, ReadOnlyMemory<byte> after, string custodian) =>
        LabelsLost(before, after, judge.CustodianOf(Rows, custodian));

    /// <summary>Writes the resources from which labels were taken away into the detail of a row.</summary>
    public void WriteRelabelled(Utf8JsonWriter detail)
    {
        foreach (var (key, (labels, why)) in Relabelled)
        {
            detail.WriteString($"relabelled {key}", $"{string.Join(' ', labels)} {why}");
        }
    }

    /// <summary>What is counted, and what was published of it.</summary>
    public CountedRecord Record => new(session.Rows, Sight, session);

    /// <summary>Where subscribers are told.</summary>
    public GuardedChannels Channels { get; } = new(session, sight.Instant);

    /// <summary>Anonymous surveys.</summary>
    public GuardedSurveys Surveys { get; } = new(session, sight.Instant);

    /// <summary>
    /// Lets a work wait until all is stored that the writer brings: it may look for what stands behind it in the same Bundle.
    /// </summary>
    public void AtEnd(Action work) => waiting.Enqueue(work);

    /// <summary>Judges and stores one resource as it is.</summary>
    /// <inheritdoc cref="Store"/>
    public void Put(ResourceKey key, string custodian, byte[] body) => Put(key, custodian, body, Rows.Find(key));

    private void Put(ResourceKey key, string custodian, byte[] body, StoredResource? before, bool renews = true)
    {
        // An AuditEvent is a row of the trail: what somebody stored as one could never be read.
        if (key.Type == "AuditEvent")
        {
            throw new FhirException(IssueCode.Forbidden, "The audit trail is written by the server alone.", "AuditEvent");
        }

        if (rules.Misread(key.Type, body) is { } refused)
        {
            throw new FhirException(refused.Status, refused.Issues);
        }

        var kindBefore = key.Type == "Organization" ? judge.CustodianOf(Rows, key.Id) : null;
        var keeper = judge.CustodianOf(Rows, custodian);
        var lapses = judge.Lapse(Rows, Instant, before, renews);
        var judged = judge.Of(Rows, body, keeper, key, Instant, lapses);
        if (judged.Entries.Count > MostIndexEntries)
        {
            throw new FhirException(
                IssueCode.TooCostly,
                $"A resource may have {MostIndexEntries} values that searches find; this one has {judged.Entries.Count}.",
                key.Type);
        }

        var now = before is { Deleted: false } ? judge.Of(Rows, before.Body, keeper, key, Instant, lapses) : null;
        session.Put(new(key, custodian, body, judged, Instant, judge.PolicyVersion) { Before = now });
        written.Add(key, judged, before);
        rules.Note(this, StepOf(key, custodian, before, body));
        Rejudge(judge.StandIns.Changed(Rows, key, before, isDeleted: false));
        if (kindBefore is not null && kindBefore != judge.CustodianOf(Rows, key.Id))
        {
            // What an organisation is decides about the labels of everything that it keeps, also of what was there before.
            Rejudge(Rows.KeptBy(key.Id));
        }
    }

    /// <summary>Marks a stored resource as deleted.</summary>
    public void Delete(ResourceKey key)
    {
        var stored = Rows.Find(key)!;
        written.Add(key, judge.Of(Rows, stored), stored);
        session.Delete(key, Instant);
        var step = StepOf(key, stored.Source, stored, null);
        rules.Note(this, step);
        Rejudge(judge.StandIns.Changed(Rows, key, stored, isDeleted: true));
        rules.Follow(this, step);
    }

    private StoredStep StepOf(ResourceKey key, string custodian, StoredResource? before, ReadOnlyMemory<byte>? body) =>
        new(key, custodian, before is { Deleted: false } ? before.Body : (ReadOnlyMemory<byte>?)null, body, Instant);

    /// <summary>Judges again what is stored, because what it was judged by has changed; it gets no new version.</summary>
    public void Rejudge(IReadOnlyList<StoredResource> resources)
    {
        foreach (var stored in resources)
        {
            var judged = judge.Of(Rows, stored);
            session.Rejudge(new(stored.Key, stored.Source, stored.Body, judged, Instant, judge.PolicyVersion));
            written.Add(stored.Key, judged, stored);
        }
    }

    /// <summary>
    /// Compiles the resources anew and tells which stored rows differ: by table, never by content. What it writes is to be undone.
    /// </summary>
    public IReadOnlyList<string> Recompile(IReadOnlyList<StoredResource> resources)
    {
        var patients = resources.Select(stored => stored.Subject).OfType<string>().Distinct().ToList();
        var before = resources.Select(stored => session.CompiledFrom(stored.Key)).ToList();
        var grants = patients.ConvertAll(session.CompiledFor);
        Rejudge(resources);
        Settle();
        return
        [
            .. resources.Zip(before).SelectMany(pair => Changes($"{pair.First.Key}", pair.Second, session.CompiledFrom(pair.First.Key))),
            .. patients.Zip(grants).SelectMany(pair => Changes($"Patient/{pair.First}", pair.Second, session.CompiledFor(pair.First))),
        ];
    }

    private static IEnumerable<string> Changes(string what, IReadOnlySet<string> before, IReadOnlySet<string> after) =>
        before.Except(after).Concat(after.Except(before)).Select(row => row.Split(' ')[0]).Distinct().Order()
            .Select(table => $"{what}: {table}");

    /// <summary>What was just written, as its writer sees it.</summary>
    /// <exception cref="FhirException">403, which undoes the write: nobody writes what his role may not see or his scopes do not
    /// open.</exception>
    public Disclosure Written(ResourceKey key, Sight through)
    {
        Settle();
        if (Rows.See(key, through) is not { } seen || Disclose(seen, through) is not { } disclosure)
        {
            throw NotOpen(through);
        }

        shown[key] = seen;
        return disclosure;
    }

    /// <summary>What the writer was shown of what it wrote, for the trail.</summary>
    public IReadOnlyCollection<SeenResource> Shown => shown.Values;

    public static FhirException NotOpen(Sight through, string? expression = null) => through.Constraints is null
        ? new(IssueCode.Forbidden, "The caller may not see what it would write.", expression)
        : FhirException.InsufficientScope(
            "The token's scopes do not open what would be written, or the caller may not see it.", expression);

    /// <inheritdoc cref="WriteSession.IsUnchanged"/>
    public bool IsUnchanged(ChangeMark mark) => session.IsUnchanged(mark);

    /// <summary>The bytes that are stored under the key, to compare with those that would be; null where there are none.</summary>
    public ReadOnlyMemory<byte>? BytesOf(ResourceKey key) => Rows.Find(key)?.Body;

    /// <summary>Id of the Organization whose record a stored resource is; null where nothing is stored.</summary>
    public string? KeeperOf(ResourceKey key) => Rows.Find(key) is { Deleted: false } stored ? stored.Source : null;

    /// <summary>The reference by which a stored resource names its subject; null where there is none.</summary>
    public string? SubjectOf(ResourceKey key)
    {
        if (Rows.Find(key) is not { Deleted: false } stored)
        {
            return null;
        }

        using var document = JsonDocument.Parse(stored.Body, FhirJson.Parsing);
        return document.RootElement.At("subject").Text("reference");
    }

    /// <summary>How a stored consent about a patient stands.</summary>
    /// <param name="patient">Id of the Patient.</param>
    public ConsentStanding StandingOf(ResourceKey consent, string patient) =>
        sharingRows.StandingOf(Rows, Rows.Find(consent)!, patient, Instant);

    /// <inheritdoc cref="Decider.Refuses"/>
    public bool Refuses(string patient, ResourceKey resource, string grantee, string purpose) => Rows.Find(resource) is { } stored
        && Decider.Refuses(
            sharingRows.FactsOf(Rows, patient, stored.Source), stored.Source, grantee, purpose, stored.Labels, Instant);

    /// <summary>Whether a stored resource carries any label of sensitivity.</summary>
    public bool IsLabelled(ResourceKey key) => Rows.Find(key) is { Labels: not 0 };

    /// <summary>Ids of the Organizations that a resource names at an element, themselves or through who stands for them.</summary>
    public IReadOnlyList<string> OrganizationsAt(string type, ReadOnlyMemory<byte> body, string element) =>
        judge.OrganizationsAt(Rows, body, type, element);

    /// <summary>Ids of the Organizations for which a practitioner works, by the directory.</summary>
    public IReadOnlyList<string> EmployersOf(string practitioner) => judge.StandIns.EmployersOf(Rows, practitioner);

    /// <summary>Lets something wait for its time.</summary>
    public void Enqueue(string kind, string target, long due, string detail) => session.Enqueue(new(0, kind, target, due, detail));

    /// <summary>Takes out of the queue what was done.</summary>
    public void Done(long number) => session.Sent(number);

    /// <inheritdoc cref="WriteSession.AddCadMessage"/>
    public bool Add(CadMessage message) => session.AddCadMessage(message);

    /// <summary>Writes down in the trail what is done, with the writer's name.</summary>
    public void Audit(FhirInteraction interaction, string? target, string outcome, Action<Utf8JsonWriter>? detail = null) =>
        Audit(AuditTrail.Row(Caller, Instant, interaction, target, null, outcome, detail));

    /// <summary>The same of one resource that is or was there, with whom it is about.</summary>
    public void Audit(FhirInteraction interaction, ResourceKey key, Action<Utf8JsonWriter>? detail = null)
    {
        var patients = Rows.PatientsOf(key);
        Audit(AuditTrail.Row(Caller, Instant, interaction, key.ToString(), patients is [var one] ? one : null, "permit", writer =>
        {
            detail?.Invoke(writer);
            WriteRelabelled(writer);
            if (shown.TryGetValue(key, out var seen))
            {
                ShownResources.Write(writer, seen);
            }
        }));
    }

    public void Audit(Storage.Audit.AuditRow row) => session.Audit(row);

    /// <summary>Breaks the glass over a patient's records; false where that opens nothing, and then the work must throw.</summary>
    /// <param name="role">The role in which the person acts.</param>
    /// <param name="reviewDue">UTC microseconds.</param>
    public bool Declare(string patient, EmergencyFact fact, string role, long reviewDue)
    {
        session.AddEmergency(patient, fact, role, reviewDue);
        written.Add(patient);
        Settle();
        return Rows.GrantsOf(patient).Any(grant =>
            grant.Purpose == Purposes.Emergency && grant.Practitioner == fact.Practitioner && grant.Grantee == fact.Organization
            && grant.Source == fact.Source && grant.From <= Instant && Instant < grant.To);
    }

    /// <summary>What the same person broke over the same records before, lasts and opens as much; null where there is none.</summary>
    public EmergencyFact? Lasting(string patient, EmergencyFact wanted) => Rows.EmergenciesOf(patient, wanted.Source)
        .Where(fact => fact.Organization == wanted.Organization && fact.Practitioner == wanted.Practitioner && fact.To > Instant)
        .Where(fact => fact.IsMedical || !wanted.IsMedical)
        .MaxBy(fact => fact.To);

    /// <inheritdoc cref="WriteSession.EndEmergencies"/>
    public bool EndEmergencies(string patient, (string Organization, string Practitioner)? person)
    {
        written.Add(patient);
        return session.EndEmergencies(patient, person, Instant);
    }

    /// <summary>Ids of the custodians to whose records an organisation could break the glass at all, whoever they are about.</summary>
    public IReadOnlyList<string> CustodiansOpenTo(string organization) => sharingRows.CustodiansOpenTo(Rows, organization, Instant);

    /// <summary>The reviews of broken glasses that were due by now, in whatever state they are.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReviewsDue(string custodian, string organization, string role) =>
        Rows.ReviewsDue(custodian, organization, role, Instant)
            .Select(review => ResourceKey.TryParse(review) is { } key ? Rows.Find(key) : null)
            .OfType<StoredResource>()
            .Where(stored => !stored.Deleted)
            .Select(stored => stored.Body);

    /// <summary>
    /// Does what waited for the end of what the writer brings, and lets the grant rows follow from what has been written: from here on the
    /// transaction itself reads by them.
    /// </summary>
    public void Settle()
    {
        while (waiting.TryDequeue(out var work))
        {
            work();
        }

        LetGrantsFollow();
    }

    /// <summary>Lets the grant rows follow from what has been written, for who asks by them before the end.</summary>
    public void LetGrantsFollow()
    {
        if (!written.IsEmpty)
        {
            sharingRows.Refresh(session, written);
            written = new();
        }
    }
}
