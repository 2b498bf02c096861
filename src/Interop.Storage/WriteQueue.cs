using System.Threading.Channels;
using Interop.Storage.Dialects;
using Interop.Storage.Search;

namespace Interop.Storage;

/// <summary>
/// The one writer. It takes the works that wait, runs each in its own savepoint, commits them together, and only then tells
/// their callers: one flush to disk serves many, and nobody is told of what a loss of power could still take back.
/// </summary>
internal sealed class WriteQueue : IAsyncDisposable
{
    // Enough to share a flush among all clients of a busy server, few enough that the first of a batch does not wait long.
    private const int BatchSize = 256;

    private readonly Channel<Work> works = Channel.CreateBounded<Work>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly ResourceRows rows;
    private readonly Dialect dialect;
    private readonly WriteSession session;
    private readonly Task running;
    private volatile bool hasFailed;

    public WriteQueue(ResourceRows rows, Dialect dialect)
    {
        this.rows = rows;
        this.dialect = dialect;
        session = new(rows);
        running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether the machine refused to store a work, and nobody has found since that there is room for all.</summary>
    public bool HasFailed { get => hasFailed; set => hasFailed = value; }

    public async Task<T> AddAsync<T>(Func<WriteSession, T> work, CancellationToken cancellationToken)
    {
        var queued = new Work<T>(work, cancellationToken);
        await works.Writer.WriteAsync(queued, cancellationToken);
        return await queued.Completion;
    }

    /// <summary>Appends to the audit trail: half of all works do nothing else, and a single insert needs no savepoint.</summary>
    public async Task AddAuditAsync(AuditRow row, CancellationToken cancellationToken)
    {
        var queued = new AuditWork(row);
        await works.Writer.WriteAsync(queued, cancellationToken);
        await queued.Completion;
    }

    public async ValueTask DisposeAsync()
    {
        works.Writer.TryComplete();
        await running;
        await rows.Statements.DisposeAsync();
    }

    private void Run()
    {
        var batch = new List<Work>(BatchSize);
        while (works.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < BatchSize && works.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            Commit(batch);
        }
    }

    private void Commit(List<Work> batch)
    {
        try
        {
            rows.Statements.Execute(dialect.BeginWrite);
            rows.Audit.Begin();
            foreach (var work in batch)
            {
                RunAlone(work);
            }

            rows.Audit.SaveHead();
            rows.Statements.Execute($"COMMIT");
        }
        catch (Exception failure)
        {
            // The database refuses (disk full, file gone): nothing of the batch is stored, and every caller must learn it.
            foreach (var work in batch)
            {
                work.Fail(failure);
            }

            TryRollback();
        }

        hasFailed |= batch.Exists(work => work.Failure is { } failure && MachineFault.Is(failure));
        foreach (var work in batch)
        {
            work.Complete();
        }
    }

    private void RunAlone(Work work)
    {
        if (work.IsCancelled)
        {
            return;
        }

        if (work is AuditWork)
        {
            work.Run(session);
            return;
        }

        rows.Statements.Execute($"SAVEPOINT work");
        var head = rows.Audit.Head;
        try
        {
            work.Run(session);
        }
        catch (Exception failure)
        {
            work.Fail(failure);
            rows.Audit.Head = head;
            rows.Statements.Execute($"ROLLBACK TO work");
        }

        rows.Statements.Execute($"RELEASE work");
    }

    private void TryRollback()
    {
        try
        {
            rows.Statements.Execute($"ROLLBACK");
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException)
        {
            // No transaction was open any more, or no connection: what we wanted. The callers have the first failure.
        }
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

    private sealed class AuditWork(AuditRow row) : Work
    {
        private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => completion.Task;

        // Once queued it is written, even where the caller has gone: the trail is not the caller's to stop.
        public override bool IsCancelled => false;

        public override void Run(WriteSession session) => session.Audit(row);

        public override void Complete()
        {
            if (Failure is not null)
            {
                completion.SetException(Failure);
            }
            else
            {
                completion.SetResult();
            }
        }
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
