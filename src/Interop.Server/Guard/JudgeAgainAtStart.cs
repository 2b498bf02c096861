namespace Interop.Server.Guard;

/// <summary>
/// Before anything is served, what older tables judged is judged by the ones of this server: a label that was learnt since must
/// not wait for the next write (SHARING.md 2.8).
/// </summary>
internal sealed class JudgeAgainAtStart(GuardedStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.JudgeAgainAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
