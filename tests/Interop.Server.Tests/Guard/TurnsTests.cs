using Interop.Server.Guard;

namespace Interop.Server.Tests.Guard;

/// <summary>Turns go round among clients, and one that nobody waits for any more goes to the next.</summary>
public sealed class TurnsTests
{
    [Fact]
    public async Task A_client_that_asks_for_many_waits_for_its_own()
    {
        var turns = new Turns(1);
        var order = new List<string>();
        var first = await turns.TakeAsync("greedy", CancellationToken.None);
        var greedy = Enumerable.Range(0, 12).Select(_ => RunAsync("greedy")).ToList();
        var modest = RunAsync("modest");

        first.Dispose();
        await Task.WhenAll([.. greedy, modest]);

        Assert.True(order.IndexOf("modest") <= 1, string.Join(' ', order));
        Assert.Equal(13, order.Count);

        async Task RunAsync(string client)
        {
            using var turn = await turns.TakeAsync(client, CancellationToken.None);
            order.Add(client);
        }
    }

    [Fact]
    public async Task Who_leaves_the_line_takes_no_turn_along()
    {
        var turns = new Turns(1);
        var first = await turns.TakeAsync("a", CancellationToken.None);
        using var patience = new CancellationTokenSource();
        var leaving = turns.TakeAsync("a", patience.Token).AsTask();
        var staying = turns.TakeAsync("b", CancellationToken.None).AsTask();

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        first.Dispose();
        (await staying).Dispose();

        (await turns.TakeAsync("c", CancellationToken.None)).Dispose();
    }
}
