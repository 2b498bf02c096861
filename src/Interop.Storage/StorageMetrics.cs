using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Interop.Storage;

/// <summary>What a watcher is told of the database: how long it is at work, and what waits for it; nothing of what is stored.</summary>
internal static class StorageMetrics
{
    private static readonly Meter Meter = new("Interop.Storage");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "interop.database.duration", "s", "Time of one work: a snapshot from open to end, a commit of waiting writes, one of the trail.");

    /// <summary>Writes that nobody has begun.</summary>
    public static UpDownCounter<long> WritesWaiting { get; } = Meter.CreateUpDownCounter<long>("interop.writes.waiting", "{write}");

    /// <summary>Rows of the trail, with their requests, that are not durable yet.</summary>
    public static UpDownCounter<long> TrailWaiting { get; } = Meter.CreateUpDownCounter<long>("interop.trail.waiting", "{request}");

    /// <summary>Snapshots that are read from.</summary>
    public static UpDownCounter<long> SnapshotsOpen { get; } = Meter.CreateUpDownCounter<long>("interop.snapshots.open", "{snapshot}");

    /// <param name="work"><c>snapshot</c>, <c>commit</c> or <c>trail</c>.</param>
    /// <param name="begun">By <see cref="Stopwatch"/>.</param>
    public static void Took(string work, long begun) =>
        Durations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("interop.work", work));
}
