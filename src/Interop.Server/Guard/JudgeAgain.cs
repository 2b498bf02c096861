using Interop.Server.Settings;

namespace Interop.Server.Guard;

/// <summary>
/// Before anything is served, what older tables judged is judged by the ones of this server: a label that was learnt since must
/// not wait for the next write.
/// </summary>
/// <remarks>Each step is a transaction of its own: who is interrupted goes on where it stopped.</remarks>
internal sealed class JudgeAgain(
    GuardedStore store, Judge judge, InteropSettings settings, ILogger<JudgeAgain> logger) : IHostedService
{
    private const int AtOnce = 500;

    public Task StartAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (judged, all) = (0, 0L);
        do
        {
            judged = await store.WriteAsOperatorAsync(
                settings.Custodian,
                transaction =>
                {
                    var resources = transaction.Rows.JudgedOtherwise(judge.PolicyVersion, AtOnce);
                    transaction.Rejudge(resources);
                    return resources.Count;
                },
                cancellationToken);
            all += judged;
            if (all > 0 && (judged < AtOnce || all % (20 * AtOnce) == 0))
            {
                logger.LogInformation("{Count} resources were judged and indexed again{State}", all, judged == AtOnce ? " so far" : "");
            }
        }
        while (judged == AtOnce);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
