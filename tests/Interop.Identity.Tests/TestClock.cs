namespace Interop.Identity.Tests;

/// <summary>
/// A clock that stands at the time of its making until a test lets time pass, so that a slow machine is no later than a fast one. It runs
/// only where another program's clock does.
/// </summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset? stoppedAt;
    private TimeSpan ahead;

    public TestClock() => stoppedAt = base.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => (stoppedAt ?? base.GetUtcNow()) + ahead;

    public void Pass(TimeSpan time) => ahead += time;

    /// <summary>From now on it is the system's, ahead by what a test has let pass.</summary>
    public void Run() => stoppedAt = null;
}
