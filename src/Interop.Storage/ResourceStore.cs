using System.Collections.Concurrent;
using Interop.Storage.Audit;
using Interop.Storage.Dialects;
using Interop.Storage.Migrations;
using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Storage;

/// <summary>
/// The database: resources, the rows that say who may see them, and beside it the audit trail. Any number of readers, each on a snapshot;
/// one writer that commits the works of several callers together, and one for the trail. It joins what sharing compiled and decides
/// nothing.
/// </summary>
public sealed class ResourceStore : IAsyncDisposable
{
    private const string Probe = "probe";

    private const int ProbeSize = 64 * 1024;

    private readonly Dialect dialect;
    private readonly WriteQueue queue;
    private readonly AuditTrailWriter trail;
    private readonly Changes changes;
    private readonly ConcurrentBag<ResourceRows> idle = [];
    private readonly StoreLimits limits;
    private readonly SemaphoreSlim readers;
    private volatile bool isClosed;

    private ResourceStore(Dialect dialect, StoreLimits limits, WriteQueue queue, AuditTrailWriter trail, Changes changes)
    {
        (this.dialect, this.limits, this.queue, this.trail, this.changes) = (dialect, limits, queue, trail, changes);
        readers = new(limits.Readers);
    }

    /// <summary>
    /// Opens <c>sqlite:PATH</c>, <c>postgres:CONNECTION STRING</c> or <c>sqlserver:CONNECTION STRING</c>, creating and migrating what is
    /// missing; <c>sqlite::memory:</c> is a temporary file that is deleted at the end.
    /// </summary>
    /// <exception cref="ArgumentException">The setting names no database that we know.</exception>
    public static Task<ResourceStore> OpenAsync(string database, StoreLimits limits, CancellationToken cancellationToken) =>
        OpenAsync(Dialect.Of(database), limits, cancellationToken);

    internal static async Task<ResourceStore> OpenAsync(Dialect dialect, StoreLimits limits, CancellationToken cancellationToken)
    {
        Statements? writing = null;
        try
        {
            writing = await Statements.OpenAsync(dialect, readOnly: false, cancellationToken);
            SchemaMigration.Apply(writing, dialect.Migrations.Resources);
            var trail = await AuditTrailWriter.OpenAsync(writing, dialect, cancellationToken);
            await dialect.KeepAsync(cancellationToken);
            var changes = new Changes();
            return new(dialect, limits, new(new(writing), dialect, trail, changes), trail, changes);
        }
        catch
        {
            if (writing is not null)
            {
                await writing.DisposeAsync();
            }

            throw;
        }
    }

    /// <inheritdoc cref="OpenAsync(string, StoreLimits, CancellationToken)"/>
    public static Task<ResourceStore> OpenAsync(string database, CancellationToken cancellationToken) =>
        OpenAsync(database, StoreLimits.Usual, cancellationToken);

    /// <summary>
    /// One snapshot to read from, as soon as there is a connection for it. Dispose it soon: it keeps old pages alive, and others waiting.
    /// The token stops what is read from it, too.
    /// </summary>
    public ValueTask<ReadSession> OpenReadAsync(CancellationToken cancellationToken) => OpenReadAsync(limits.Snapshot, cancellationToken);

    /// <inheritdoc cref="OpenReadAsync(CancellationToken)"/>
    /// <param name="most">The work that it may ask for: what callers may is not what the server itself needs.</param>
    public async ValueTask<ReadSession> OpenReadAsync(WorkLimit most, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isClosed, this);
        await readers.WaitAsync(cancellationToken);
        ResourceRows? rows = null;
        try
        {
            if (!idle.TryTake(out rows))
            {
                rows = new(await Statements.OpenAsync(dialect, readOnly: true, cancellationToken));
            }

            rows.Statements.Begin(Sql.In(dialect => dialect.BeginRead));
            rows.Statements.StopAt(most, cancellationToken);
            return new(this, rows);
        }
        catch
        {
            readers.Release();
            if (rows is not null)
            {
                await rows.Statements.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>
    /// Where the database is, as far as resources of these types go and who may see them. Taken before a snapshot is opened, it lets a
    /// write ask whether what was found on the snapshot still holds (<see cref="WriteSession.IsUnchanged"/>).
    /// </summary>
    public ChangeMark MarkOf(IEnumerable<string> types) => changes.MarkOf(types);

    /// <summary>
    /// Runs a work in the writing transaction and completes when it is durable. A work that throws is undone alone and its task
    /// faults with what it threw.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<WriteSession, T> work, CancellationToken cancellationToken) =>
        queue.AddAsync(work, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<WriteSession> work, CancellationToken cancellationToken) => queue.AddAsync(
        session =>
        {
            work(session);
            return true;
        },
        cancellationToken);

    /// <summary>
    /// Whether writes are stored. Where one was not, a row of the trail that still found a place says nothing: it is tried with more
    /// than a request writes.
    /// </summary>
    public async Task<bool> IsWritableAsync(CancellationToken cancellationToken)
    {
        if (!queue.HasFailed && !trail.HasFailed)
        {
            return true;
        }

        try
        {
            await WriteAsync(session => session.SetSetting(Probe, new('0', ProbeSize)), cancellationToken);
            await WriteAsync(session => session.SetSetting(Probe, string.Empty), cancellationToken);
            await trail.AppendAsync([]);
            queue.HasFailed = false;
            return !trail.HasFailed;
        }
        catch (Exception failure) when (MachineFault.Is(failure))
        {
            return false;
        }
    }

    /// <summary>Appends to the audit trail and completes when the row is durable, whatever is being written meanwhile.</summary>
    public Task RecordAsync(AuditRow row, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return trail.AppendAsync([new(null, row)]);
    }

    /// <summary>The oldest audit rows with a higher sequence number.</summary>
    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int count, CancellationToken cancellationToken) =>
        ReadTrailAsync(statements => new AuditChain(statements).Read(after, count), cancellationToken);

    /// <summary>What a client of an organisation did, oldest first.</summary>
    public Task<IReadOnlyList<AuditRow>> AuditOfClientAsync(string client, string organization, CancellationToken cancellationToken) =>
        ReadTrailAsync(statements => new AuditChain(statements).OfClient(client, organization), cancellationToken);

    /// <summary>A page of what is looked for in the trail.</summary>
    /// <param name="custodian">Id of the Organization whose trail it is.</param>
    /// <exception cref="TooCostlyException">It takes longer than a snapshot may.</exception>
    public Task<AuditPage> SearchAuditAsync(string custodian, AuditQuery query, CancellationToken cancellationToken) =>
        ReadTrailAsync(
            statements =>
            {
                statements.StopAt(limits.Snapshot, cancellationToken);
                return new AuditSearch(statements, custodian).Find(query);
            },
            cancellationToken);

    /// <summary>One row by its place.</summary>
    public Task<AuditEntry?> FindAuditAsync(long chain, long sequence, CancellationToken cancellationToken) =>
        ReadTrailAsync(statements => new AuditSearch(statements, string.Empty).Find(chain, sequence), cancellationToken);

    /// <summary>The last rows of all chains, and the number of the one that this server adds to.</summary>
    public async Task<(long Own, IReadOnlyList<AuditHead> Heads)> AuditHeadsAsync(CancellationToken cancellationToken) => (
        trail.Chain,
        await ReadTrailAsync(
            statements => new AuditChain(statements).Heads().Select(one => one.Head).ToList(), cancellationToken));

    /// <summary>Walks the audit trail from its start and says where it first fails to hold.</summary>
    /// <param name="witnesses">What of it has been seen from outside.</param>
    /// <param name="progress">Is told how many rows hold, from time to time.</param>
    public Task<AuditVerification> VerifyAuditAsync(
        IReadOnlyList<AuditWitness> witnesses, Action<long> progress, CancellationToken cancellationToken) =>
        ReadTrailAsync(
            statements => new AuditVerifier(statements, witnesses, progress).Verify(cancellationToken), cancellationToken);

    /// <inheritdoc cref="VerifyAuditAsync(IReadOnlyList{AuditWitness}, Action{long}, CancellationToken)"/>
    public Task<AuditVerification> VerifyAuditAsync(CancellationToken cancellationToken) =>
        VerifyAuditAsync([], _ => { }, cancellationToken);

    /// <summary>Finishes the works that are queued, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isClosed)
        {
            return;
        }

        isClosed = true;
        await queue.DisposeAsync();
        await trail.DisposeAsync();
        while (idle.TryTake(out var rows))
        {
            await rows.Statements.DisposeAsync();
        }

        await dialect.CloseAsync();
    }

    /// <summary>Tells the database's planner what there is, after much of it has come at once.</summary>
    public async Task AnalyzeAsync(CancellationToken cancellationToken)
    {
        await using var statements = await Statements.OpenAsync(dialect, readOnly: false, cancellationToken);
        await Task.Run(() => dialect.Analyze(statements), cancellationToken);
    }

    private async Task<T> ReadTrailAsync<T>(Func<Statements, T> read, CancellationToken cancellationToken)
    {
        await using var statements = new Statements(await dialect.OpenAuditAsync(readOnly: true, cancellationToken), dialect);
        statements.Begin(Sql.In(dialect => dialect.BeginRead));
        return await Task.Run(() => read(statements), cancellationToken);
    }

    internal async ValueTask ReturnAsync(ResourceRows rows)
    {
        try
        {
            rows.Statements.GoOn();
            if (isClosed || !rows.Statements.TryRollback())
            {
                await rows.Statements.DisposeAsync();
            }
            else
            {
                idle.Add(rows);
            }
        }
        finally
        {
            readers.Release();
        }
    }
}
