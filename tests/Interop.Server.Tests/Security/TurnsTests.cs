using Interop.Server.Security;

namespace Interop.Server.Tests.Security;

/// <summary>
/// A client waits for its own works, never for all of another's, and one that is no longer waited for lets the next go first.
/// </summary>
public sealed class TurnsTests
{
    [Fact]
    public async Task A_client_that_asks_for_many_waits_for_its_own_one_after_the_other()
    {
        using var turns = new Turns(ofOne: 1);
        var (first, order) = (new TaskCompletionSource(), new List<int>());
        var holding = turns.RunAsync("greedy", () => WaitAsync(first), CancellationToken.None);
        var waiting = Enumerable.Range(0, 12).Select(number => turns.RunAsync(
            "greedy",
            () =>
            {
                order.Add(number);
                return Task.FromResult(true);
            },
            CancellationToken.None)).ToList();
        Assert.Empty(order);

        first.SetResult();
        await Task.WhenAll([holding, .. waiting]);

        Assert.Equal(Enumerable.Range(0, 12), order);
    }

    [Fact]
    public async Task One_that_takes_long_keeps_no_other_client_waiting()
    {
        using var turns = new Turns(ofOne: 1);
        var endless = new TaskCompletionSource();
        var holding = turns.RunAsync("slow", () => WaitAsync(endless), CancellationToken.None);

        Assert.Equal(7, await turns.RunAsync("quick", () => Task.FromResult(7), CancellationToken.None));

        endless.SetResult();
        await holding;
    }

    [Fact]
    public async Task Who_leaves_the_line_takes_no_turn_along()
    {
        using var turns = new Turns(ofOne: 1);
        var first = new TaskCompletionSource();
        var holding = turns.RunAsync("a", () => WaitAsync(first), CancellationToken.None);
        using var patience = new CancellationTokenSource();
        var leaving = turns.RunAsync("a", () => Task.FromResult(1), patience.Token);
        var staying = turns.RunAsync("a", () => Task.FromResult(2), CancellationToken.None);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        first.SetResult();

        Assert.Equal(2, await staying);
        await holding;
    }

    private static async Task<bool> WaitAsync(TaskCompletionSource source)
    {
        await source.Task;
        return true;
    }
}
