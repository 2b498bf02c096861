using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>Where subscribers are told, inside a transaction.</summary>
/// <param name="instant">UTC microseconds.</param>
internal sealed class GuardedChannels(WriteSession session, long instant)
{
    private readonly Dictionary<string, string> headers = new(StringComparer.Ordinal);

    public SubscriptionChannel? Of(string id) => session.Rows.Channel(id);

    /// <inheritdoc cref="ResourceRows.ChannelsOf"/>
    public long CountOf(string organization, string except) => session.Rows.ChannelsOf(organization, except);

    public void Keep(SubscriptionChannel channel) => session.PutChannel(channel);

    public void Remove(string id) => session.RemoveChannel(id);

    /// <summary>Lets something that happens now wait at each channel of a topic.</summary>
    public void Spread(string topic, string focus, long happenedAt) => session.Spread(topic, focus, happenedAt, instant);

    /// <summary>Takes a channel that is due until a time; null where another server has it.</summary>
    public SubscriptionChannel? Lease(string id, long until) =>
        session.LeaseChannel(id, instant, until) ? session.Rows.Channel(id) : null;

    /// <summary>Whether the lease still stands: no other server has it, and its Subscription was not written meanwhile.</summary>
    public bool Holds(SubscriptionChannel leased) => Held(leased) is not null;

    /// <summary>Writes down how far a leased channel is; false where its Subscription was written meanwhile.</summary>
    /// <param name="rests">Whether nothing waited: what has come meanwhile found it busy and did not wake it.</param>
    public bool Save(SubscriptionChannel leased, SubscriptionChannel next, bool rests = false)
    {
        if (!Holds(leased))
        {
            return false;
        }

        var isBehind = rests && next.State == "active" && session.Rows.WaitingEvents(leased.Id, 1).Count > 0;
        session.PutChannel(isBehind ? next with { Due = instant } : next);
        return true;
    }

    /// <summary>Gives a leased channel back as it stands, for any server to go on with.</summary>
    public void GiveBack(SubscriptionChannel leased)
    {
        if (Held(leased) is { } channel)
        {
            session.PutChannel(channel with { LeasedUntil = 0 });
        }
    }

    public void Tell(SubscriptionEvent told) => session.PutEvent(told);

    public void Drop(long number) => session.RemoveEvent(number);

    public void DropBefore(long before) => session.RemoveEvents(before);

    /// <summary>Keeps headers that a resource must not be stored with, until its channel is kept.</summary>
    public void GiveHeaders(string id, string text) => headers[id] = text;

    public string? TakeHeaders(string id) => headers.Remove(id, out var text) ? text : null;

    private SubscriptionChannel? Held(SubscriptionChannel leased) =>
        session.Rows.Channel(leased.Id) is { } channel && channel.LeasedUntil == leased.LeasedUntil ? channel : null;
}
