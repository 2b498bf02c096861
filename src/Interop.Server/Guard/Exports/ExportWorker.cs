using Interop.Server.Settings;
using Interop.Storage;
using Interop.Storage.Write;

namespace Interop.Server.Guard.Exports;

/// <summary>
/// Makes the exports that wait, a page of each by turns, so that nobody's long one keeps another's waiting, and removes those that are old.
/// A job is one server's for as long as its lease lasts: a server that is stopped gives it back, and where one is killed another goes on.
/// </summary>
internal sealed class ExportWorker(
    ResourceStore store, ExportPages pages, ExportFiles files, ExportSignal signal, InteropSettings settings, TimeProvider clock,
    ILogger<ExportWorker> logger) : BackgroundService
{
    // The turn comes round to each long before its lease is over: a page takes as long as a search may.
    private const int MostAtWork = 8;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    // At most one of an owner.
    private readonly List<ExportJob> atWork = [];

    private long Now => Instants.ToMicroseconds(clock.GetUtcNow());

    private long Until => Instants.ToMicroseconds(clock.GetUtcNow() + Lease);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WorkAsync(stoppingToken);
        }
        finally
        {
            await GiveBackAsync();
        }
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TakeAsync(stoppingToken);
                if (atWork.Count == 0)
                {
                    await signal.WaitAsync(Between, stoppingToken);
                }

                foreach (var job in atWork.ToList())
                {
                    await GoOnAsync(job, stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What was not written stays to be done when its lease is over; the server goes on, whatever it was.
                logger.LogWarning("An export could not go on: {Failure}", failure.GetType().Name);
                await Task.Delay(Between, stoppingToken);
            }
        }
    }

    /// <summary>The jobs to be done, after those that are old were removed.</summary>
    private async Task<IReadOnlyList<ExportJob>> WaitingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ExportJob> jobs;
        await using (var session = await store.OpenReadAsync(cancellationToken))
        {
            jobs = session.Rows.Exports();
        }

        var old = Instants.ToMicroseconds(clock.GetUtcNow().AddHours(-settings.Exports!.Hours));
        foreach (var job in jobs.Where(job => job.FinishedAt < old))
        {
            await store.WriteAsync(writing => writing.RemoveExport(job.Id), cancellationToken);
            files.Remove(job.Id);
        }

        return [.. jobs.Where(job => job.FinishedAt is null)];
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        foreach (var waiting in await WaitingAsync(cancellationToken))
        {
            if (atWork.Count < MostAtWork
                && atWork.TrueForAll(job => job.Owner != waiting.Owner)
                && await store.WriteAsync(session => session.LeaseExport(waiting.Id, Now, Until), cancellationToken))
            {
                await using var session = await store.OpenReadAsync(cancellationToken);
                if (session.Rows.Export(waiting.Id) is { FinishedAt: null } job)
                {
                    atWork.Add(job); // as it is now: another server may have gone on with it
                }
            }
        }
    }

    /// <summary>One more page. A job that fails is not ours any more until its lease is over.</summary>
    private async Task GoOnAsync(ExportJob job, CancellationToken cancellationToken)
    {
        atWork.Remove(job);
        try
        {
            if (await pages.NextAsync(job, Until, cancellationToken) is { FinishedAt: null } next)
            {
                atWork.Add(next);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            atWork.Add(job);
            throw;
        }
    }

    /// <summary>Nobody waits for the lease of a server that is gone.</summary>
    private async Task GiveBackAsync()
    {
        try
        {
            await store.WriteAsync(
                session =>
                {
                    atWork.ForEach(session.GiveBackExport);
                    return true;
                },
                CancellationToken.None);
        }
        catch (Exception failure)
        {
            logger.LogWarning("Exports stay leased: {Failure}", failure.GetType().Name);
        }
    }
}
