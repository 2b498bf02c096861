using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Interop.Storage.Dialects;
using Interop.Storage.Migrations;

namespace Interop.Storage.Audit;

/// <summary>
/// The audit trail: a database of its own with a writer of its own. It takes the rows that wait, commits them together and then tells
/// those who wait for them: one flush to disk serves many, and no write to resources stands before it.
/// </summary>
internal sealed class AuditTrailWriter : IAsyncDisposable
{
    // Enough to share a flush among all clients of a busy server, few enough that the first of a batch does not wait long.
    private const int BatchSize = 256;

    // A server that was killed leaves rows, and another that runs finds them.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly List<PendingRow> failed = [];
    private readonly List<long> forgotten = [];
    private readonly Statements statements;
    private readonly Dialect dialect;
    private readonly AuditChain chain;
    private readonly Task running;
    private volatile bool hasFailed;
    private long lookedAt = Stopwatch.GetTimestamp();

    private AuditTrailWriter(Statements statements, Dialect dialect)
    {
        (this.statements, this.dialect) = (statements, dialect);
        chain = new(statements);
        chain.Claim();
        running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Opens the trail, and takes over what the database of the resources has of it.</summary>
    /// <param name="resources">That database, whose schema is up to date.</param>
    public static async Task<AuditTrailWriter> OpenAsync(Statements resources, Dialect dialect, CancellationToken cancellationToken)
    {
        var statements = new Statements(await dialect.OpenAuditAsync(readOnly: false, cancellationToken), dialect);
        SchemaMigration.Apply(statements, dialect.Migrations.Trail);
        if (dialect.IsTrailApart)
        {
            TakeOverChain(resources, statements);
        }

        var trail = new AuditTrailWriter(statements, dialect);

        // What a write left before the process ended comes before anything else.
        await trail.AppendAsync(new PendingAudit(resources).All());
        return trail;
    }

    /// <summary>Whether the last rows could not be written.</summary>
    public bool HasFailed => hasFailed;

    /// <summary>The number of the chain that it adds to.</summary>
    public long Chain => chain.Number;

    /// <summary>Completes when the rows are durable; once queued they are written, whoever has gone.</summary>
    public async Task AppendAsync(IReadOnlyList<PendingRow> rows)
    {
        var item = new Waiting(rows);
        await waiting.Writer.WriteAsync(item);
        StorageMetrics.TrailWaiting.Add(1);
        await item.Completion.Task;
    }

    /// <summary>These pending rows are in the trail, and no longer where they came from.</summary>
    public void Forget(IEnumerable<long> numbers)
    {
        lock (forgotten)
        {
            forgotten.AddRange(numbers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await running;
        await statements.DisposeAsync();
    }

    /// <summary>
    /// The trail was once among the resources: its rows come as they are, hashes too, so that what was changed there is still found.
    /// </summary>
    private static void TakeOverChain(Statements resources, Statements trail)
    {
        var before = resources.Query(
            $"SELECT sequence, previous_hash, hash, {AuditColumns.All} FROM audit_before ORDER BY sequence",
            reader => (
                Sequence: reader.GetInt64(0), Previous: reader.GetString(1), Hash: reader.GetString(2), Row: AuditColumns.Read(reader, 3)));
        if (before.Count == 0 || trail.Number($"SELECT 1 FROM audit {Sql.Limit(1)}") is not null)
        {
            return;
        }

        var values = new AuditValues();
        trail.Begin(Sql.In(dialect => dialect.BeginAppend));
        foreach (var (sequence, previous, hash, row) in before)
        {
            values.Set(row);
            trail.Execute(
                $"""
                INSERT INTO audit (sequence, previous_hash, hash, {AuditColumns.All})
                VALUES ({sequence}, {previous}, {hash}, {values.List})
                """);
        }

        var head =
            resources.First($"SELECT value FROM setting WHERE name = 'audit.head'", reader => reader.GetString(0))?.Split(' ') ?? ["0", ""];
        trail.Execute($"INSERT INTO head (sequence, hash) VALUES ({long.Parse(head[0], CultureInfo.InvariantCulture)}, {head[1]})");
        trail.Execute($"COMMIT");
        resources.Execute($"DELETE FROM audit_before");
    }

    private void Run()
    {
        var batch = new List<Waiting>(BatchSize);
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < BatchSize && waiting.Reader.TryRead(out var item))
            {
                batch.Add(item);
            }

            var begun = Stopwatch.GetTimestamp();
            Commit(batch);
            StorageMetrics.TrailWaiting.Add(-batch.Count);
            StorageMetrics.Took("trail", begun);
        }
    }

    private void Commit(List<Waiting> batch)
    {
        // What could not be written before is written first: its write is there, and the trail must have it.
        PendingRow[] rows = [.. failed, .. batch.SelectMany(item => item.Rows)];
        try
        {
            if (statements.Begin(Sql.In(dialect => dialect.BeginAppend)))
            {
                chain.Claim(); // what the lost connection had is anybody's
            }

            chain.Begin();
            rows = [.. LeftBehind(), .. rows];
            foreach (var row in rows.Where(Takes))
            {
                chain.Append(row.Row);
            }

            chain.SaveHead();
            ForgetTaken();
            statements.Execute($"COMMIT");
            failed.Clear();
            hasFailed = false;
        }
        catch (Exception failure)
        {
            // The disk is full, the file is gone: nothing of the batch is stored, and everybody who waits must learn it.
            hasFailed = true;
            statements.TryRollback();
            failed.Clear();
            failed.AddRange(rows.Where(row => row.Number is not null));
            batch.ForEach(item => item.Completion.SetException(failure));
            return;
        }

        batch.ForEach(item => item.Completion.SetResult());
    }

    /// <summary>A pending row is taken once, also where two servers find it.</summary>
    private bool Takes(PendingRow row) => row.Number is not { } number || statements.Execute(dialect.IsTrailApart
        ? (Sql)$"INSERT INTO taken (number) SELECT {number} WHERE NOT EXISTS (SELECT 1 FROM taken WHERE number = {number})"
        : $"DELETE FROM audit_pending WHERE number = {number}") == 1;

    /// <summary>
    /// From time to time the rows of all writes that are there: those of this server's are coming anyway, and are taken once.
    /// </summary>
    private IReadOnlyList<PendingRow> LeftBehind()
    {
        if (dialect.IsTrailApart || Stopwatch.GetElapsedTime(lookedAt) < BetweenLooks)
        {
            return [];
        }

        lookedAt = Stopwatch.GetTimestamp();
        return new PendingAudit(statements).All();
    }

    private void ForgetTaken()
    {
        long[] numbers;
        lock (forgotten)
        {
            numbers = [.. forgotten];
            forgotten.Clear();
        }

        foreach (var number in numbers)
        {
            statements.Add($"DELETE FROM taken WHERE number = {number}");
        }
    }

    private sealed record Waiting(IReadOnlyList<PendingRow> Rows)
    {
        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
