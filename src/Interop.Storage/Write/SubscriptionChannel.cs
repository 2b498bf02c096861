namespace Interop.Storage.Write;

/// <summary>Where a subscriber is told of what, and how far that is; what its texts say is its server's to know.</summary>
/// <param name="Id">Of the Subscription.</param>
/// <param name="Organization">Id of the agency that subscribed.</param>
/// <param name="Kind">How it is reached: <c>rest-hook</c> or <c>websocket</c>.</param>
/// <param name="Topic">What it is told of.</param>
/// <param name="Caller">Through whose eyes it looks.</param>
/// <param name="Headers">What goes out with each message and never back.</param>
/// <param name="State">Whether it is told at all.</param>
/// <param name="Due">When it is to be looked after next, UTC microseconds as all times here.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Events">How many it was sent.</param>
/// <param name="ToldAt">When it was sent something last.</param>
/// <param name="LeasedUntil">Until when one server alone looks after it.</param>
public sealed record SubscriptionChannel(
    string Id,
    string Organization,
    string Kind,
    string Topic,
    string Caller,
    string Headers,
    string State,
    long Due,
    long Failures,
    long Events,
    long ToldAt,
    long LeasedUntil)
{
    /// <summary>By which connection it is told, where it is a WebSocket's; empty for none.</summary>
    public string Bound { get; init; } = string.Empty;
}

/// <summary>Something that has happened, as far as one subscriber is concerned.</summary>
/// <param name="Number">Its place in the queue of all.</param>
/// <param name="Focus">Type/id of the resource that it happened to.</param>
/// <param name="HappenedAt">UTC microseconds.</param>
/// <param name="Event">Its number among those that the subscriber was sent; null while that is not sure.</param>
/// <param name="ToldAt">When it was sent; 0 while it waits.</param>
public sealed record SubscriptionEvent(long Number, string Channel, string Focus, long HappenedAt, long? Event, long ToldAt);
