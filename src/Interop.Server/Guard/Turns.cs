namespace Interop.Server.Guard;

/// <summary>
/// Turns at work that keeps a core busy: searches, histories, what is computed for a write. Fewer at once than the machine has cores, and
/// client by client: who asks for a dozen at once waits for the own ones, and keeps nobody from the next turn. Reads need none.
/// </summary>
internal sealed class Turns(int atOnce)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource>> waiting = [];
    private readonly Queue<string> order = new();
    private int running;

    /// <summary>As many at once as leave a core to everything else.</summary>
    public static Turns ForThisMachine() => new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>Waits for a turn; disposing what it gives ends it.</summary>
    /// <param name="client">Whose turn it is.</param>
    public async ValueTask<Turn> TakeAsync(string client, CancellationToken cancellationToken)
    {
        TaskCompletionSource place;
        lock (gate)
        {
            if (running < atOnce)
            {
                running++;
                return new(this);
            }

            place = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!waiting.TryGetValue(client, out var line))
            {
                waiting.Add(client, line = new());
                order.Enqueue(client);
            }

            line.Enqueue(place);
        }

        await using var leaving = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        await place.Task;
        return new(this);
    }

    private void End()
    {
        lock (gate)
        {
            while (order.TryDequeue(out var client))
            {
                var line = waiting[client];
                var isNext = line.Dequeue().TrySetResult();
                if (line.Count > 0)
                {
                    order.Enqueue(client);
                }
                else
                {
                    waiting.Remove(client);
                }

                if (isNext)
                {
                    return; // the turn goes on to who waited
                }
            }

            running--;
        }
    }

    /// <summary>A turn that was taken.</summary>
    internal readonly struct Turn(Turns turns) : IDisposable
    {
        public void Dispose() => turns.End();
    }
}
