using Interop.Storage.Search;

namespace Interop.Storage.Write;

/// <summary>One distinct dispatch message of an incident.</summary>
/// <param name="Incident">The incident's unique id as the sender gives it.</param>
/// <param name="Hash">Hash of the message's bytes: the same message is stored once.</param>
/// <param name="Sent">The message's own instant, UTC microseconds.</param>
/// <param name="Received">When it arrived first, UTC microseconds.</param>
public sealed record CadMessage(string Incident, string Hash, long Sent, long Received, ReadOnlyMemory<byte> Body)
{
    /// <summary>Ids of the Organizations that the message names, and of who sent it.</summary>
    public IReadOnlyList<string> Agencies { get; init; } = [];

    public bool Names(string organization) => Agencies.Contains(organization);

    /// <summary>The incident as a key: its id is as long as its sender likes.</summary>
    internal string IncidentKey => IndexKey.Whole(Incident);

    internal string AgencyIds => string.Join(' ', Agencies);
}

/// <summary>Something that must be done at its time, written in the transaction that caused it.</summary>
/// <param name="Number">Its place in the queue; 0 before it is stored.</param>
/// <param name="Kind">Who handles it.</param>
/// <param name="Due">UTC microseconds before which it waits.</param>
public sealed record OutboxRow(long Number, string Kind, string Target, long Due, string Detail);
