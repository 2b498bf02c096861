using System.Data.Common;
using Interop.Storage.Write;

namespace Interop.Storage.Read;

/// <summary>Channels of subscriptions, and what waits for them.</summary>
public sealed partial class ResourceRows
{
    public SubscriptionChannel? Channel(string id) =>
        Statements.First($"SELECT {ChannelColumns} FROM subscription_channel WHERE id = {id}", ReadChannel);

    /// <summary>All channels that are not off.</summary>
    public IReadOnlyList<SubscriptionChannel> AllChannels() =>
        Statements.Query($"SELECT {ChannelColumns} FROM subscription_channel WHERE state <> 'off' ORDER BY id", ReadChannel);

    /// <summary>How many channels of an agency are not off, but for one.</summary>
    public long ChannelsOf(string organization, string except) => Statements.Number($"""
        SELECT COUNT(*) FROM subscription_channel WHERE organization = {organization} AND state <> 'off' AND id <> {except}
        """)!.Value;

    /// <summary>
    /// The channels that are to be called, and are nobody's yet: by turns of the agencies, and of one of them who waits longest
    /// first.
    /// </summary>
    /// <param name="ofOne">How many of one agency at most.</param>
    public IReadOnlyList<SubscriptionChannel> DueChannels(long now, int ofOne, int count) => Statements.Query(
        $"""
        SELECT {ChannelColumns}
        FROM  (SELECT {ChannelColumns}, ROW_NUMBER() OVER (PARTITION BY organization ORDER BY due, id) AS turn
               FROM   subscription_channel
               WHERE  kind = 'rest-hook' AND due <= {now} AND leased_until < {now}) waiting
        WHERE  turn <= {ofOne}
        ORDER  BY turn, due, id {Sql.Page(count)}
        """,
        ReadChannel);

    /// <summary>What a channel has not been told yet, oldest first.</summary>
    public IReadOnlyList<SubscriptionEvent> WaitingEvents(string channel, int count) => Statements.Query(
        $"""
        SELECT {EventColumns} FROM subscription_event
        WHERE  channel = {channel} AND told_at = 0
        ORDER BY number {Sql.Page(count)}
        """,
        ReadEvent);

    /// <summary>Whether something happened to a resource after another event that a channel has still to be told.</summary>
    public bool HasLaterEvent(SubscriptionEvent waiting) => Statements.Number($"""
        SELECT 1 FROM subscription_event
        WHERE  channel = {waiting.Channel} AND told_at = 0 AND number > {waiting.Number} AND focus = {waiting.Focus}
        {Sql.Limit(1)}
        """) is not null;

    /// <summary>Whether a channel was told of a resource, as far back as is remembered.</summary>
    public bool WasTold(string channel, string focus) => Statements.Number($"""
        SELECT 1 FROM subscription_event WHERE channel = {channel} AND told_at > 0 AND focus = {focus} {Sql.Limit(1)}
        """) is not null;

    /// <summary>What a channel was told, by its numbers.</summary>
    public IReadOnlyList<SubscriptionEvent> ToldEvents(string channel, long first, long last, int count) => Statements.Query(
        $"""
        SELECT {EventColumns} FROM subscription_event
        WHERE  channel = {channel} AND told_at > 0 AND event >= {first} AND event <= {last}
        ORDER BY event {Sql.Page(count)}
        """,
        ReadEvent);

    private static Sql ChannelColumns =>
        $"id, organization, kind, topic, caller, headers, state, due, failures, events, told_at, leased_until, bound";

    private static Sql EventColumns => $"number, channel, focus, happened_at, event, told_at";

    private static SubscriptionChannel ReadChannel(DbDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        reader.GetString(6),
        reader.GetInt64(7),
        reader.GetInt64(8),
        reader.GetInt64(9),
        reader.GetInt64(10),
        reader.GetInt64(11))
    {
        Bound = reader.GetString(12),
    };

    private static SubscriptionEvent ReadEvent(DbDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetInt64(3),
        reader.IsDBNull(4) ? null : reader.GetInt64(4),
        reader.GetInt64(5));
}
