using System.Globalization;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>What takes long runs where the machine lets others go first; what is short never does, whoever started it.</summary>
public sealed class YieldingThreadsTests
{
    [Fact]
    public async Task Work_and_what_it_awaits_runs_on_threads_that_give_way()
    {
        var niceness = await YieldingThreads.Shared.RunAsync(async () =>
        {
            var first = NicenessOfThread();
            await Task.Delay(1);
            return (First: first, Second: NicenessOfThread());
        });

        Assert.All([niceness.First, niceness.Second], nice => Assert.True(nice > 0));
    }

    [Fact]
    public async Task What_such_work_leaves_to_the_pool_gives_way_to_nobody()
    {
        var tasks = Enumerable.Range(0, 100).Select(_ => YieldingThreads.Shared.RunAsync(async () =>
        {
            var left = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(NicenessOfThread)));
            return left.Max();
        }));

        Assert.All(await Task.WhenAll(tasks), nice => Assert.Equal(0, nice));
    }

    [Fact]
    public async Task A_failure_is_told_to_whoever_waits() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => YieldingThreads.Shared.RunAsync<int>(() => throw new InvalidOperationException()));

    /// <summary>The nineteenth field, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; counted behind the name, which may have spaces.</summary>
    private static int NicenessOfThread()
    {
        var fields = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(fields[(fields.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
