using System.Collections.Concurrent;
using Interop.Server.Guard;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Oversight;

/// <summary>
/// Notices callers that look for more persons than their work needs: many different ones, many in vain, or as an officer without an
/// incident. It counts in windows of an hour from a caller's first lookup, in this instance's memory, and tells once per window. What it
/// notices changes no answer.
/// </summary>
internal sealed class SnoopingWatch(InteropSettings settings, TimeProvider clock)
{
    private const int ManyCallers = 10_000;
    private static readonly TimeSpan Length = TimeSpan.FromHours(1);

    private readonly LimitSettings limits = settings.Limits;
    private readonly ConcurrentDictionary<string, Window> windows = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SnoopingAlert> raised = new();

    /// <inheritdoc cref="ILookupWatch.Note"/>
    public void Note(
        Caller caller, string? officer, long fingerprint, int asked, bool found, bool hadIncident, IReadOnlyList<long> shown)
    {
        var now = clock.GetUtcNow();
        var window = WindowOf(RequestLimits.KeyOf(RequestLimits.KeyOf(caller), officer ?? string.Empty), now);
        lock (window)
        {
            if (window.IsTold)
            {
                return;
            }

            var persons = caller.IsPerson ? limits.PersonsPerHour : limits.SystemPersonsPerHour;
            var added =
                Enumerable.Range(0, Math.Min(asked, persons + 1)).Count(number => window.Persons.Add(unchecked(fingerprint + number)));
            window.Persons.UnionWith(shown.Skip(asked));
            window.Misses += found ? 0 : added;
            window.WithoutIncident += hadIncident ? 0 : 1;
            if (window.Persons.Count > persons || window.Misses > persons / 2 || window.WithoutIncident > limits.WithoutIncidentPerHour)
            {
                window.IsTold = true;
                raised.Enqueue(new(caller, officer, window.Since, window.Persons.Count, window.Misses, window.WithoutIncident));
                window.Persons.Clear();
            }
        }
    }

    /// <summary>An alert that nobody has written down yet, or null.</summary>
    public SnoopingAlert? Take() => raised.TryDequeue(out var alert) ? alert : null;

    /// <summary>Gives back what could not be written down.</summary>
    public void Return(SnoopingAlert alert) => raised.Enqueue(alert);

    private Window WindowOf(string key, DateTimeOffset now)
    {
        if (windows.TryGetValue(key, out var known) && now - known.Since < Length)
        {
            return known;
        }

        if (windows.Count >= ManyCallers)
        {
            foreach (var pair in windows.Where(pair => now - pair.Value.Since >= Length))
            {
                windows.TryRemove(pair);
            }
        }

        return windows.AddOrUpdate(
            key, static (_, since) => new(since), static (_, current, since) => since - current.Since < Length ? current : new(since), now);
    }

    private sealed class Window(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public HashSet<long> Persons { get; } = [];

        public int Misses { get; set; }

        public int WithoutIncident { get; set; }

        public bool IsTold { get; set; }
    }
}

/// <summary>That a caller looks for more persons than its work needs: who, since when, and how many; never whom.</summary>
internal sealed record SnoopingAlert(Caller Caller, string? Officer, DateTimeOffset Since, int Persons, int Misses, int WithoutIncident);
