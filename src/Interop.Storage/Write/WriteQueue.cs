using System.Diagnostics;
using System.Threading.Channels;
using Interop.Storage.Audit;
using Interop.Storage.Dialects;
using Interop.Storage.Read;

namespace Interop.Storage.Write;

/// <summary>
/// The one writer of resources. It takes the works that wait, runs each in its own savepoint, commits them together, and only then, with
/// their audit rows in the trail, tells their callers: one flush to disk serves many, and nobody is told of what a loss of power could
/// still take back.
/// </summary>
internal sealed class WriteQueue : IAsyncDisposable
{
    // Enough to share a flush among all clients of a busy server, few enough that the first of a batch does not wait long.
    private const int BatchSize = 256;

    private readonly Channel<Work> works = Channel.CreateBounded<Work>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly List<long> taken = [];
    private readonly ResourceRows rows;
    private readonly Dialect dialect;
    private readonly AuditTrailWriter trail;
    private readonly Changes changes;
    private readonly WriteSession session;
    private readonly PendingAudit pending;
    private readonly Task running;
    private Task told = Task.CompletedTask;
    private long? versionByOthers;
    private volatile bool hasFailed;

    public WriteQueue(ResourceRows rows, Dialect dialect, AuditTrailWriter trail, Changes changes)
    {
        (this.rows, this.dialect, this.trail, this.changes) = (rows, dialect, trail, changes);
        session = new(rows, changes);
        pending = new(rows.Statements);
        running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether the machine refused to store a work, and nobody has found since that there is room for all.</summary>
    public bool HasFailed { get => hasFailed; set => hasFailed = value; }

    public async Task<T> AddAsync<T>(Func<WriteSession, T> work, CancellationToken cancellationToken)
    {
        var queued = new Work<T>(work, cancellationToken);
        await works.Writer.WriteAsync(queued, cancellationToken);
        StorageMetrics.WritesWaiting.Add(1);
        return await queued.Completion;
    }

    public async ValueTask DisposeAsync()
    {
        works.Writer.TryComplete();
        await running;
        await told;
        await rows.Statements.DisposeAsync();
    }

    private void Run()
    {
        var batch = new List<Work>(BatchSize);
        while (works.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < BatchSize && works.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            StorageMetrics.WritesWaiting.Add(-batch.Count);
            var begun = Stopwatch.GetTimestamp();
            told = TellAsync([.. batch], Commit(batch));
            StorageMetrics.Took("commit", begun);
            batch.Clear();
        }
    }

    /// <summary>Gives the audit rows that were committed.</summary>
    private List<PendingRow> Commit(List<Work> batch)
    {
        var audited = new List<PendingRow>();
        try
        {
            rows.Statements.Begin(Sql.In(dialect => dialect.BeginWrite));
            NoteOthers();
            var removed = RemoveTaken();
            foreach (var work in batch)
            {
                RunAlone(work, audited);
            }

            rows.Statements.Execute($"COMMIT");
            changes.Commit();
            trail.Forget(removed);
            return audited;
        }
        catch (Exception failure)
        {
            // The database refuses (disk full, file gone): nothing of the batch is stored, and every caller must learn it.
            foreach (var work in batch)
            {
                work.Fail(failure);
            }

            rows.Statements.TryRollback();
            versionByOthers = null; // what was noted of the others is undone, too
            return [];
        }
    }

    private void NoteOthers()
    {
        var version = rows.Statements.Number(Sql.In(dialect => dialect.VersionByOthers));
        if (version != versionByOthers)
        {
            changes.Note(Changes.Everything);
            versionByOthers = version;
        }
    }

    private void RunAlone(Work work, List<PendingRow> audited)
    {
        if (work.IsCancelled)
        {
            return;
        }

        rows.Statements.Execute(Sql.In(dialect => dialect.Savepoint("work")));
        try
        {
            work.Run(session);
            rows.Statements.Flush();
            audited.AddRange(session.TakeAudited());
        }
        catch (Exception failure)
        {
            work.Fail(failure);
            session.TakeAudited();
            rows.Statements.DropLater();
            rows.Statements.Execute(Sql.In(dialect => dialect.RollbackTo("work")));
        }

        rows.Statements.Add(Sql.In(dialect => dialect.Release("work")));
    }

    /// <summary>Callers are told when the trail has the rows too; meanwhile the next batch is written.</summary>
    private async Task TellAsync(Work[] batch, List<PendingRow> audited)
    {
        if (audited.Count > 0)
        {
            try
            {
                await trail.AppendAsync(audited);
                if (dialect.IsTrailApart)
                {
                    lock (taken)
                    {
                        taken.AddRange(audited.Select(row => row.Number!.Value));
                    }
                }
            }
            catch (Exception failure)
            {
                // The writes are there and their rows with them; the trail takes those later, but nobody is told that all is well.
                foreach (var work in batch)
                {
                    work.Fail(failure);
                }
            }
        }

        hasFailed |= batch.Any(work => work.Failure is { } failure && MachineFault.Is(failure));
        foreach (var work in batch)
        {
            work.Complete();
        }
    }

    /// <summary>Pending rows that the trail has are no longer needed.</summary>
    private long[] RemoveTaken()
    {
        long[] numbers;
        lock (taken)
        {
            numbers = [.. taken];
            taken.Clear();
        }

        pending.Remove(numbers);
        return numbers;
    }

    private abstract class Work
    {
        /// <summary>Why it is not stored: the first reason.</summary>
        public Exception? Failure { get; private set; }

        public abstract bool IsCancelled { get; }

        public abstract void Run(WriteSession session);

        public void Fail(Exception failure) => Failure ??= failure;

        public abstract void Complete();
    }

    private sealed class Work<T>(Func<WriteSession, T> work, CancellationToken cancellationToken) : Work
    {
        private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private bool wasCancelled;

        public Task<T> Completion => completion.Task;

        public override bool IsCancelled => wasCancelled = wasCancelled || cancellationToken.IsCancellationRequested;

        public override void Run(WriteSession session)
        {
            session.Until = cancellationToken;
            result = work(session);
        }

        public override void Complete()
        {
            if (Failure is not null)
            {
                completion.SetException(Failure);
            }
            else if (wasCancelled)
            {
                completion.SetCanceled(cancellationToken);
            }
            else
            {
                completion.SetResult(result!);
            }
        }
    }
}
