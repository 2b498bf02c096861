namespace Interop.Storage;

/// <summary>
/// The work that one snapshot may ask for: with SQLite in steps of its machine (a hundred million are about a second), the same however
/// busy the machine is; with a database on the network in time that its statements take.
/// </summary>
public readonly record struct WorkLimit(long Steps, TimeSpan Time)
{
    public static WorkLimit None { get; } = new(long.MaxValue, Timeout.InfiniteTimeSpan);

    internal string Refusal(bool isInSteps) => isInSteps
        ? $"This takes more than {Steps} steps of the database, which is what it may take (Interop:Limits:SearchSteps)."
        : $"This takes the database longer than {Time.TotalSeconds} seconds, which is what it may take (Interop:Limits:SearchSeconds).";
}

/// <summary>What a store lets its readers do.</summary>
/// <param name="Snapshot">The work that one snapshot may ask for; what takes more ends with <see cref="TooCostlyException"/>.</param>
/// <param name="Readers">
/// How many snapshots are open at once, each on a connection of its own; who finds none free waits.
/// </param>
public sealed record StoreLimits(WorkLimit Snapshot, int Readers)
{
    public static StoreLimits Usual { get; } = new(WorkLimit.None, 16);
}
