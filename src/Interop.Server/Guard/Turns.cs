using System.Threading.RateLimiting;

namespace Interop.Server.Guard;

/// <summary>
/// Turns at work that keeps a core busy: searches, histories, what is computed for a write. One client has fewer at once than the machine
/// has cores: who asks for a dozen at once waits for the own ones, and the works of many clients go round, as each stands in line only with
/// what it may have at once. They are done on threads that give way to all others. Reads need no turn.
/// </summary>
/// <param name="ofOne">How many one client has at once.</param>
/// <param name="atOnce">How many all have at once.</param>
internal sealed class Turns(int ofOne, int atOnce) : IDisposable
{
    private readonly PartitionedRateLimiter<string> clients = PartitionedRateLimiter.Create<string, string>(
        client => RateLimitPartition.GetConcurrencyLimiter(
            client, _ => new() { PermitLimit = ofOne, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));

    private readonly YieldingThreads threads = new(atOnce);

    /// <summary>One client leaves a core to everybody else; several get the cores in slices, so that no short work waits for a long one.</summary>
    public static Turns ForThisMachine() => new(Math.Max(1, Environment.ProcessorCount - 1), 8 * Environment.ProcessorCount);

    /// <summary>Waits for a turn of the client's, does the work in it and gives what came of it. A turn within a turn would wait for itself.</summary>
    public async Task<T> RunAsync<T>(string client, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var turn = await clients.AcquireAsync(client, cancellationToken: cancellationToken);
        return await threads.RunAsync(work);
    }

    public void Dispose()
    {
        clients.Dispose();
        threads.Dispose();
    }
}
