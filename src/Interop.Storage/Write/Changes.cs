using System.Collections.Concurrent;

namespace Interop.Storage.Write;

/// <summary>
/// Counts what was committed, by resource type, so that a search made on a snapshot can be confirmed by a later write: what has not
/// changed since need not be searched again while others wait.
/// </summary>
internal sealed class Changes
{
    /// <summary>Stands for everything: grants, on which all visibility hangs, and what other processes wrote.</summary>
    public const string Everything = "";

    private readonly ConcurrentDictionary<string, long> committed = new(StringComparer.Ordinal);
    private readonly HashSet<string> pending = new(StringComparer.Ordinal);

    /// <summary>Where the counts are; to be taken before the snapshot is opened that is searched.</summary>
    public ChangeMark MarkOf(IEnumerable<string> types) =>
        new([.. types.Append(Everything).Distinct().Select(type => (type, committed.GetValueOrDefault(type)))]);

    /// <summary>Whether nothing of it has changed, in what is committed and in what is being written.</summary>
    public bool IsUnchanged(ChangeMark mark) =>
        mark.Counts.All(item => !pending.Contains(item.Type) && committed.GetValueOrDefault(item.Type) == item.Count);

    /// <summary>Something of the type is written, in the transaction that is going on.</summary>
    public void Note(string type)
    {
        pending.Add(type);
        pending.Add(ChangeMark.Anything);
    }

    /// <summary>The transaction is over; what it changed may be seen from here on.</summary>
    public void Commit()
    {
        foreach (var type in pending)
        {
            committed.AddOrUpdate(type, 1, (_, count) => count + 1);
        }

        pending.Clear();
    }
}

/// <summary>How often some types had changed when a search was made.</summary>
public sealed record ChangeMark(IReadOnlyList<(string Type, long Count)> Counts)
{
    /// <summary>Stands for resources of any type.</summary>
    public const string Anything = "*";
}
