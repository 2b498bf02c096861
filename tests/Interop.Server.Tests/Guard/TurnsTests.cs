using Interop.Server.Guard;

namespace Interop.Server.Tests.Guard;

/// <summary>A client waits for its own works, never for all of another's, and one that is no longer waited for lets the next go first.</summary>
public sealed class TurnsTests
{
    [Fact]
    public async Task A_client_that_asks_for_many_waits_for_its_own()
    {
        using var turns = new Turns(ofOne: 1, atOnce: 1);
        using var first = new ManualResetEventSlim();
        var order = new List<string>();
        var holding = turns.RunAsync(
            "greedy",
            () =>
            {
                first.Wait();
                return Task.FromResult(true);
            },
            CancellationToken.None);
        var greedy = Enumerable.Range(0, 12).Select(_ => RunAsync("greedy")).ToList();
        var modest = RunAsync("modest");

        first.Set();
        await Task.WhenAll([holding, .. greedy, modest]);

        Assert.True(order.IndexOf("modest") <= 1, string.Join(' ', order));
        Assert.Equal(13, order.Count);

        Task RunAsync(string client) => turns.RunAsync(
            client,
            () =>
            {
                order.Add(client);
                return Task.FromResult(true);
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task One_that_takes_long_keeps_no_other_client_waiting()
    {
        using var turns = new Turns(ofOne: 1, atOnce: 2);
        var endless = new TaskCompletionSource();
        var holding = turns.RunAsync("slow", () => WaitAsync(endless), CancellationToken.None);

        Assert.Equal(7, await turns.RunAsync("quick", () => Task.FromResult(7), CancellationToken.None));

        endless.SetResult();
        await holding;
    }

    [Fact]
    public async Task Who_leaves_the_line_takes_no_turn_along()
    {
        using var turns = new Turns(ofOne: 1, atOnce: 1);
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

    [Fact]
    public async Task Works_and_what_follows_in_them_run_on_threads_of_their_own()
    {
        using var turns = new Turns(ofOne: 1, atOnce: 1);

        var names = await turns.RunAsync(
            "a",
            async () =>
            {
                var before = Thread.CurrentThread.Name;
                await Task.Delay(1);
                return (before, Thread.CurrentThread.Name);
            },
            CancellationToken.None);

        Assert.Equal(("Interop turn", "Interop turn"), names);
    }

    private static async Task<bool> WaitAsync(TaskCompletionSource source)
    {
        await source.Task;
        return true;
    }
}
