using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Sharing.Roster;
using Interop.Storage.Audit;
using Interop.Storage.Search;

namespace Interop.Storage;

/// <summary>
/// What one piece of work may do inside the writing transaction. It sees its own writes. If the work throws, nothing of it stays.
/// Synchronous, and only usable until the work returns.
/// </summary>
public sealed class WriteSession
{
    // While it runs everybody waits who writes: about twenty milliseconds.
    private const long MostSteps = 2_000_000;

    private readonly ResourceRows rows;
    private readonly ResourceWriter writer;
    private readonly Changes changes;
    private readonly PendingAudit pending;
    private readonly List<PendingRow> audited = [];

    internal WriteSession(ResourceRows rows, Changes changes)
    {
        (this.rows, this.changes) = (rows, changes);
        writer = new(rows, changes);
        pending = new(rows.Statements);
    }

    /// <summary>The stored resource, seen by nobody; a deleted one is marked so.</summary>
    public StoredResource? Find(ResourceKey key) => rows.Find(key);

    /// <summary>The resource if the sight may see it.</summary>
    public SeenResource? See(ResourceKey key, Sight sight) => rows.See(key, sight);

    /// <summary>
    /// A search over what the sight sees, for conditional writes. It ends with the patience of the work that it belongs to, and may take
    /// little work: what takes more is searched beforehand, on a snapshot, and confirmed here (<see cref="IsUnchanged"/>).
    /// </summary>
    public SearchPage Match(SearchQuery query, Sight sight)
    {
        rows.Statements.StopAt(Until, MostSteps);
        try
        {
            return rows.Search(query, sight);
        }
        finally
        {
            rows.Statements.StopAt(CancellationToken.None);
        }
    }

    /// <summary>When whoever asked for the running work no longer waits for it.</summary>
    internal CancellationToken Until { get; set; }

    public IReadOnlySet<ResourceKey> Visible(IReadOnlyCollection<ResourceKey> keys, Sight sight) => rows.Visible(keys, sight);

    /// <summary>Stores a resource, its index rows and its sharing rows, and passes labels on. Gives the version, from 1.</summary>
    public long Put(StoredWrite write) => writer.Put(write);

    /// <summary>Stores a new judgement of a resource's bytes, because what it was judged by has changed; it gets no new version.</summary>
    public void Rejudge(StoredWrite write) => writer.Rejudge(write);

    /// <summary>What a custodian keeps and has not deleted.</summary>
    public IReadOnlyList<StoredResource> KeptBy(string source) => rows.KeptBy(source);

    /// <summary>What names a directory entry and is about a patient.</summary>
    public IReadOnlyList<StoredResource> Naming(ResourceKey entry) => rows.Naming(entry);

    /// <summary>Some of the resources that another version of the tables judged.</summary>
    public IReadOnlyList<StoredResource> JudgedOtherwise(string policyVersion, int count) => rows.JudgedOtherwise(policyVersion, count);

    /// <summary>Marks as deleted and keeps what judging needs. Gives the deletion's version, or null where there is nothing.</summary>
    public long? Delete(ResourceKey key, long instant) => writer.Delete(key, instant);

    /// <summary>Replaces the grant rows of a patient, of one custodian where given.</summary>
    public void ReplaceGrants(string subject, string? source, IEnumerable<GrantRow> grants)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        writer.ReplaceGrants(subject, source, [.. grants]);
    }

    /// <summary>Replaces the rows that follow from the agreements alone.</summary>
    public void ReplaceDefaults(IEnumerable<GrantRow> grants) => writer.ReplaceDefaults([.. grants]);

    /// <summary>The raw resources of a type that are not deleted, of one patient where given: what compiling grants needs.</summary>
    public IReadOnlyList<StoredResource> BodiesOf(string type, string? patient = null) => rows.BodiesOf(type, patient);

    /// <param name="source">Only the cases that this custodian's own records establish; null for all.</param>
    public IReadOnlyList<CaseFact> CasesOf(string patient, string? source = null) => rows.CasesOf(patient, source);

    /// <summary>When the case ends that the resource establishes, UTC microseconds; null where it establishes none.</summary>
    public long? CaseEnd(ResourceKey key) => rows.CaseEnd(key);

    public IReadOnlyList<GrantRow> GrantsOf(string? patient) => rows.GrantsOf(patient);

    /// <summary>Whether nothing that the mark is about has been written since it was taken.</summary>
    public bool IsUnchanged(ChangeMark mark) => changes.IsUnchanged(mark);

    /// <inheritdoc cref="ReadSession.HasAgreementAsync"/>
    public bool HasAgreement(string organization, string grantor, long instant) => rows.HasAgreement(organization, grantor, instant);

    /// <inheritdoc cref="ReadSession.LacksQualificationAsync"/>
    public bool LacksQualification(string organization, string? practitioner, long instant) =>
        rows.LacksQualification(organization, practitioner, instant);

    /// <summary>Whether any organisation demands a qualification.</summary>
    public bool HasRosterRequirements() => rows.HasRosterRequirements();

    public void ReplaceRosterRequirements(IEnumerable<RosterRequirement> requirements) => writer.ReplaceRosterRequirements(requirements);

    public void ReplaceRoster(IEnumerable<RosterRow> roster) => writer.ReplaceRoster(roster);

    /// <summary>The patients whose grants differ from the defaults, or might once they are compiled again.</summary>
    public IReadOnlyList<string> PatientsWithGrants() => rows.PatientsWithGrants();

    /// <summary>Writes the row in this transaction; the trail takes it over before the work's caller is told.</summary>
    public void Audit(AuditRow row) => audited.Add(pending.Add(row));

    /// <summary>The rows of the work that has just run.</summary>
    internal IReadOnlyList<PendingRow> TakeAudited()
    {
        PendingRow[] taken = [.. audited];
        audited.Clear();
        return taken;
    }

    public void Enqueue(OutboxRow row) => writer.Enqueue(row);

    /// <summary>The rows of the outbox that are due, oldest first.</summary>
    public IReadOnlyList<OutboxRow> Due(long instant, int count) => rows.Due(instant, count);

    public void Sent(long number) => writer.Sent(number);

    /// <summary>The distinct messages of an incident, by their own instant.</summary>
    public IReadOnlyList<CadMessage> CadMessages(string incident) => rows.CadMessages(incident);

    /// <summary>Keeps a message; false if the incident already has the same one.</summary>
    public bool AddCadMessage(CadMessage message) => writer.AddCadMessage(message);

    public string? Setting(string name) => rows.Setting(name);

    public void SetSetting(string name, string value) => writer.SetSetting(name, value);
}
