using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Interop.Storage;

/// <summary>
/// Threads for what keeps a core busy: where all cores are, the machine runs everybody else first. What is short, like a read, is
/// answered by the ordinary threads of the pool and so never waits for a time slice (3 ms and more on Linux) of what is long.
/// </summary>
/// <remarks>
/// Work that awaits goes on where it began. .NET leaves priorities of threads alone on Linux, so that the system is asked itself,
/// https://man7.org/linux/man-pages/man2/setpriority.2.html: "nice" values count per thread there, may always be raised, and are handed
/// down to threads that a thread starts. That is why the pool has its threads before there is one of these, and keeps them
/// (ThreadPool.ThreadTimeoutMs in Directory.Build.props).
/// </remarks>
public sealed class YieldingThreads : TaskScheduler
{
    // For what works on behalf of one caller, and for the one writer, for whom all writing callers wait.
    private const int OfCallers = 10;
    private const int OfTheWriter = 5;

    // Each may be kept by a statement that takes long: more of them than cores, so that the kernel gives slices to all.
    private const int ThreadsPerCore = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<Task> waiting = [];

    static YieldingThreads()
    {
        FillPool();
        Shared = new();
    }

    private YieldingThreads()
    {
        for (var number = 0; number < MaximumConcurrencyLevel; number++)
        {
            new Thread(Run) { IsBackground = true, Name = "interop yielding" }.Start();
        }
    }

    /// <summary>Those of this process.</summary>
    public static YieldingThreads Shared { get; }

    public override int MaximumConcurrencyLevel => ThreadsPerCore * Environment.ProcessorCount;

    /// <summary>Runs the work and all that it awaits on these threads.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <summary>The same for a thread that is the writer's.</summary>
    internal static void MakeWriter() => GiveWay(OfTheWriter);

    protected override void QueueTask(Task task) => waiting.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [.. waiting];

    private static void FillPool()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        workers = Math.Max(workers, ThreadsPerCore * Environment.ProcessorCount);
        ThreadPool.SetMinThreads(workers, ports);
        for (var number = 0; number < workers; number++)
        {
            ThreadPool.QueueUserWorkItem(_ => WaitUntilFull());
        }

        WaitUntilFull();

        void WaitUntilFull() => SpinWait.SpinUntil(() => ThreadPool.ThreadCount >= workers, Patience);
    }

    private void Run()
    {
        GiveWay(OfCallers);
        foreach (var task in waiting.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    private static void GiveWay(int nice)
    {
        if (OperatingSystem.IsLinux())
        {
            const int process = 0, callingThread = 0;
            _ = SetPriority(process, callingThread, nice); // where it is refused, all threads are alike as before
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetPriority(int which, int who, int priority);
}
