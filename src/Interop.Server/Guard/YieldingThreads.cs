using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Interop.Server.Guard;

/// <summary>
/// Threads for what takes long: the operating system runs them when the others, which answer what is quick, leave it a core. .NET sets no
/// priorities on Linux (<see cref="Thread.Priority"/> is without effect there), so the threads ask for it themselves.
/// </summary>
internal sealed class YieldingThreads : TaskScheduler, IDisposable
{
    /// <summary>A tenth of the share of a thread of usual priority (https://man7.org/linux/man-pages/man7/sched.7.html, the nice value).</summary>
    private const int Nice = 10;

    [ThreadStatic]
    private static YieldingThreads? current;

    private readonly BlockingCollection<Task> tasks = [];

    public YieldingThreads(int count)
    {
        for (var number = 0; number < count; number++)
        {
            new Thread(Run) { IsBackground = true, Priority = ThreadPriority.BelowNormal, Name = "Interop turn" }.Start();
        }
    }

    /// <summary>Runs the work and all of its continuations on these threads, first come, first served.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public void Dispose() => tasks.CompleteAdding();

    protected override void QueueTask(Task task) => tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => tasks.ToArray();

    private void Run()
    {
        current = this;
        if (OperatingSystem.IsLinux())
        {
            GiveWay();
        }

        foreach (var task in tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    private static void GiveWay()
    {
        try
        {
            // The id 0 of a "process" is the calling thread here.
            _ = SetPriority(which: 0, who: 0, Nice);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // Without it these threads are like all others.
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
