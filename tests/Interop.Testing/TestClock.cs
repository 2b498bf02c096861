namespace Interop.Testing;

/// <summary>A clock that stands until it is moved: a slow machine is no later than a fast one, and two servers tell one time.</summary>
public sealed class TestClock : TimeProvider
{
    private readonly long start;
    private long passed;
    private volatile bool isRunning;

    /// <summary>It stands on a day of its own.</summary>
    public TestClock()
        : this(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero))
    {
    }

    private TestClock(DateTimeOffset at) => start = at.UtcTicks;

    /// <summary>A clock that stands at the time of its making, for where another program's clock runs beside it.</summary>
    public static TestClock AtNow() => new(System.GetUtcNow());

    public override DateTimeOffset GetUtcNow() =>
        new((isRunning ? System.GetUtcNow().UtcTicks : start) + Interlocked.Read(ref passed), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref passed, by.Ticks);

    /// <summary>From now on it is the system's, ahead by what a test has let pass.</summary>
    public void Run() => isRunning = true;
}
