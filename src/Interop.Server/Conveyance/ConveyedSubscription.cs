using Interop.Server.Guard;

namespace Interop.Server.Conveyance;

/// <summary>One subscription of a connection: what it is about, and what was told last.</summary>
/// <param name="Incident">Null for all.</param>
internal sealed record ConveyedSubscription(string Id, string? Incident, TimeSpan? MinRate, TimeSpan? MaxRate)
{
    // What is committed by another server may be a little older than what was looked at already.
    private static readonly long Overlap = TimeSpan.FromSeconds(10).InMicroseconds();

    private readonly Dictionary<string, ToldIncident> told = new(StringComparer.Ordinal);
    private long? since;

    /// <summary>When it ends, if it is not renewed.</summary>
    public required DateTimeOffset Until { get; set; }

    public required DateTimeOffset ToldAt { get; set; }

    /// <summary>Whether the subscriber is to be told something now, if only that nothing has happened.</summary>
    public bool IsQuietTooLong(DateTimeOffset now) => MinRate is { } most && now - ToldAt >= most;

    /// <summary>Whether it is too early to tell anything.</summary>
    public bool MustWait(DateTimeOffset now) => MaxRate is { } least && told.Count > 0 && now - ToldAt < least;

    /// <summary>What is new to the subscriber, through its eyes of this moment; from here on it counts as told.</summary>
    public IReadOnlyList<ToldIncident> News(Incidents incidents, GuardedSnapshot snapshot, bool mayKnowPlans)
    {
        // Whether there is a plan may change without the incident; what is over stays as it is.
        var open = told.Where(known => !known.Value.IsOver).Select(known => known.Key).ToList();
        var named = Incident is null ? incidents.Urns(snapshot, since) : [Incident];
        var news = named.Concat(open).Distinct()
            .Select(urn => incidents.Find(snapshot, mayKnowPlans, urn))
            .OfType<ToldIncident>()
            .DistinctBy(found => found.Urn)
            .Where(found => !told.TryGetValue(found.Urn, out var known) || !known.Eido.Json.Span.SequenceEqual(found.Eido.Json.Span))
            .ToList();
        since = snapshot.Instant - Overlap;
        foreach (var item in news)
        {
            told[item.Urn] = item;
        }

        return news;
    }
}
