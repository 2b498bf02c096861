using System.Data.Common;
using Interop.Server.Settings;
using Interop.Storage;
using Interop.Storage.Write;

namespace Interop.Server.Guard.Exports;

/// <summary>
/// Makes the exports that wait, one after the other, and removes those that are old. A job is one server's for as long as its lease lasts:
/// where that stops, another one goes on, or the same after its next start.
/// </summary>
internal sealed class ExportWorker(
    ResourceStore store, ExportPages pages, ExportFiles files, ExportSignal signal, InteropSettings settings, TimeProvider clock,
    ILogger<ExportWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private long Now => Instants.ToMicroseconds(clock.GetUtcNow());

    private long Until => Instants.ToMicroseconds(clock.GetUtcNow() + Lease);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var job in await WaitingAsync(stoppingToken))
                {
                    await RunAsync(job, stoppingToken);
                }

                await signal.WaitAsync(Between, stoppingToken);
            }
            catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
            {
                // What was not written stays to be done when its lease is over; the server goes on.
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

    private async Task RunAsync(ExportJob waiting, CancellationToken cancellationToken)
    {
        if (!await store.WriteAsync(session => session.LeaseExport(waiting.Id, Now, Until), cancellationToken))
        {
            return;
        }

        ExportJob? job;
        await using (var session = await store.OpenReadAsync(cancellationToken))
        {
            job = session.Rows.Export(waiting.Id); // another server may have gone on with it
        }

        while (job is { FinishedAt: null })
        {
            job = await pages.NextAsync(job, Until, cancellationToken);
        }
    }
}
