using Interop.Server.Settings;

namespace Interop.Server.Guard;

/// <summary>
/// Before anything is served, what older tables judged is judged by the ones of this server: a label that was learnt since must
/// not wait for the next write.
/// </summary>
internal sealed class JudgeAgain(GuardedStore store, Judge judge, InteropSettings settings) : IHostedService
{
    private const int AtOnce = 500;

    public Task StartAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int judged;
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
        }
        while (judged == AtOnce);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
