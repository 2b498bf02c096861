using Interop.Fhir;
using Interop.Sharing.Consents;
using Interop.Sharing.Roster;
using Interop.Storage.Audit;
using Interop.Storage.Read;

namespace Interop.Storage.Write;

/// <summary>
/// What one piece of work may do inside the writing transaction. It sees its own writes. If the work throws, nothing of it stays.
/// Synchronous, and only usable until the work returns.
/// </summary>
public sealed partial class WriteSession
{
    private readonly ResourceWriter writer;
    private readonly Changes changes;
    private readonly PendingAudit pending;
    private readonly List<PendingRow> audited = [];

    internal WriteSession(ResourceRows rows, Changes changes)
    {
        (Rows, this.changes) = (rows, changes);
        rows.Patience = () => Until;
        writer = new(rows, changes);
        pending = new(Rows.Statements);
    }

    /// <summary>What is stored, with what this session has written.</summary>
    public ResourceRows Rows { get; }

    /// <summary>When whoever asked for the running work no longer waits for it.</summary>
    internal CancellationToken Until { get; set; }

    /// <summary>Stores a resource, its index rows and its sharing rows, and passes labels on. Gives the version, from 1.</summary>
    public long Put(StoredWrite write) => writer.Put(write);

    /// <summary>Stores a new judgement of a resource's bytes, because what it was judged by has changed; it gets no new version.</summary>
    public void Rejudge(StoredWrite write) => writer.Rejudge(write);

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

    /// <summary>Whether nothing that the mark is about has been written since it was taken.</summary>
    public bool IsUnchanged(ChangeMark mark) => changes.IsUnchanged(mark);

    public void ReplaceRosterRequirements(IEnumerable<RosterRequirement> requirements) => writer.ReplaceRosterRequirements(requirements);

    public void ReplaceRoster(IEnumerable<RosterRow> roster) => writer.ReplaceRoster(roster);

    /// <summary>What was compiled from a resource and is stored beside it, as texts to compare.</summary>
    public IReadOnlySet<string> CompiledFrom(ResourceKey key) => CompiledRows.Of(Rows.Statements, key);

    /// <summary>The grants that were compiled for a patient from all that decides about her record, as texts to compare.</summary>
    public IReadOnlySet<string> CompiledFor(string patient) => CompiledRows.For(Rows.Statements, patient);

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

    public void Sent(long number) => writer.Sent(number);

    /// <summary>Keeps a message; false if the incident already has the same one.</summary>
    public bool AddCadMessage(CadMessage message) => writer.AddCadMessage(message);

    public void SetSetting(string name, string value) => writer.SetSetting(name, value);
}
