using System.Threading.RateLimiting;

namespace Interop.Server.Security;

/// <summary>
/// Turns at work that keeps a core busy: searches, histories, what is computed for a write. One client has fewer at once than the machine
/// has cores: who asks for a dozen at once waits for the own ones, and keeps nobody else from theirs. Reads need no turn.
/// </summary>
/// <param name="ofOne">How many one client has at once.</param>
internal sealed class Turns(int ofOne) : IDisposable
{
    private readonly PartitionedRateLimiter<string> clients = PartitionedRateLimiter.Create<string, string>(
        client => RateLimitPartition.GetConcurrencyLimiter(
            client,
            _ => new() { PermitLimit = ofOne, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));

    /// <summary>
    /// One client leaves a core to everybody else; several get the cores in slices, so that no short work waits for a long one.
    /// </summary>
    /// <param name="readers">How many threads may stand still at once until the database answers.</param>
    public static Turns ForThisMachine(int readers)
    {
        // What takes long must not be waited for by what is short, as it would be if the pool had no more threads than cores.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, (8 * Environment.ProcessorCount) + readers), ports);
        return new(Math.Max(1, Environment.ProcessorCount - 1));
    }

    /// <summary>
    /// Waits for a turn of the client's, does the work in it and gives what came of it. A turn within a turn would wait for itself.
    /// </summary>
    public async Task<T> RunAsync<T>(string client, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var turn = await clients.AcquireAsync(client, cancellationToken: cancellationToken);
        return await work();
    }

    /// <inheritdoc cref="RunAsync{T}(string, Func{Task{T}}, CancellationToken)"/>
    public Task<T> RunAsync<T>(Caller caller, Func<Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(RequestLimits.ClientOf(caller), work, cancellationToken);

    public void Dispose() => clients.Dispose();
}
