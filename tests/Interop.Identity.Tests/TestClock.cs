namespace Interop.Identity.Tests;

/// <summary>The system's clock, ahead by what a test has let pass; or one that stands until a test lets time pass.</summary>
internal sealed class TestClock : TimeProvider
{
    private TimeSpan ahead;
    private DateTimeOffset? stoppedAt;

    public override DateTimeOffset GetUtcNow() => (stoppedAt ?? base.GetUtcNow()) + ahead;

    public void Pass(TimeSpan time) => ahead += time;

    public void Stop() => stoppedAt = base.GetUtcNow();
}
