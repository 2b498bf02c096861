namespace Interop.Storage.Write;

/// <summary>Channels of subscriptions, and what waits for them, as rows.</summary>
public sealed partial class WriteSession
{
    /// <summary>Keeps a channel, in the place of the one that it had.</summary>
    public void PutChannel(SubscriptionChannel channel)
    {
        Rows.Statements.Execute($"DELETE FROM subscription_channel WHERE id = {channel.Id}");
        Rows.Statements.Execute($"""
            INSERT INTO subscription_channel
                (id, organization, kind, topic, caller, headers, state, due, failures, events, told_at, leased_until, bound)
            VALUES ({channel.Id}, {channel.Organization}, {channel.Kind}, {channel.Topic}, {channel.Caller}, {channel.Headers},
                {channel.State}, {channel.Due}, {channel.Failures}, {channel.Events}, {channel.ToldAt},
                {channel.LeasedUntil}, {channel.Bound})
            """);
    }

    public void RemoveChannel(string id)
    {
        Rows.Statements.Execute($"DELETE FROM subscription_channel WHERE id = {id}");
        Rows.Statements.Execute($"DELETE FROM subscription_event WHERE channel = {id}");
    }

    /// <summary>Takes a channel for one server until a time; false where another one has it.</summary>
    public bool LeaseChannel(string id, long now, long until) => Rows.Statements.Execute($"""
        UPDATE subscription_channel SET leased_until = {until} WHERE id = {id} AND due <= {now} AND leased_until < {now}
        """) > 0;

    /// <summary>Lets something that has happened wait at each channel of a topic that is not off, and wakes those that are well.</summary>
    public void Spread(string topic, string focus, long happenedAt, long now)
    {
        Rows.Statements.Add($"""
            INSERT INTO subscription_event (channel, focus, happened_at, event, told_at)
            SELECT id, {focus}, {happenedAt}, NULL, 0 FROM subscription_channel WHERE topic = {topic} AND state <> 'off'
            """);
        Rows.Statements.Add($"""
            UPDATE subscription_channel SET due = {now}
            WHERE  topic = {topic} AND state = 'active' AND failures = 0 AND due > {now}
            """);
    }

    /// <summary>Writes down what became of an event; one that is no longer to be told goes.</summary>
    public void PutEvent(SubscriptionEvent told) => Rows.Statements.Execute($"""
        UPDATE subscription_event SET event = {told.Event}, told_at = {told.ToldAt} WHERE number = {told.Number}
        """);

    public void RemoveEvent(long number) => Rows.Statements.Execute($"DELETE FROM subscription_event WHERE number = {number}");

    /// <summary>Removes what happened long ago, told or not.</summary>
    public void RemoveEvents(long before) => Rows.Statements.Execute($"DELETE FROM subscription_event WHERE happened_at < {before}");
}
