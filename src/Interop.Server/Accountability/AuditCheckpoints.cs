using System.Data.Common;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Storage.Audit;

namespace Interop.Server.Accountability;

/// <summary>
/// Notes where the trail is, signed and outside the database (<c>Interop:AuditCheckpoints</c>): at start, every minute in which something
/// was added, and at the end. Who can rewrite the whole database cannot rewrite that.
/// </summary>
internal sealed class AuditCheckpoints(
    AuditTrail audit, InteropSettings settings, TimeProvider clock, ILogger<AuditCheckpoints> logger) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly CheckpointFile file = CheckpointFile.Open(settings.AuditCheckpoints!);
    private AuditHead? last;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await NoteAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await NoteAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        file.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await NoteAsync(stoppingToken);
        }
    }

    private async Task NoteAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (own, heads) = await audit.HeadsAsync(cancellationToken);
            var head = heads.FirstOrDefault(one => one.Chain == own);
            if (head is not null && head != last)
            {
                file.Add(clock.GetUtcNow(), head, heads.Where(one => one.Chain != own));
                last = head;
            }
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            // The server goes on: the next checkpoint has what this one would have had.
            logger.LogWarning("A checkpoint of the trail could not be written: {Failure}", failure.GetType().Name);
        }
    }
}
