using Interop.Sharing.Redaction;

namespace Interop.Storage.Write;

/// <summary>
/// When each view last changed, by comparing its hash with the one before: basic, intermediate, full. The view of the custodian's own
/// staff changes with every version; a party's is a matter of its own (<see cref="PartyWriter"/>).
/// </summary>
/// <param name="At">The time of views that changed, UTC microseconds.</param>
internal sealed record ViewChanges(long At, IReadOnlyList<long> Hashes, IReadOnlyList<long> Times)
{
    /// <param name="before">The views of the previous version as they are now; null for those that were stored with it.</param>
    public static ViewChanges Between(ExistingRow? previous, JudgedResource? before, ViewHashes views, long at)
    {
        var hashes = ListOf(views);
        var known = before is { } now ? ListOf(now.Views) : previous?.Hashes;
        var times = hashes.Select((hash, view) => previous is { Deleted: false } && known![view] == hash ? previous.Times[view] : at);
        return new(at, hashes, [.. times]);
    }

    private static long[] ListOf(ViewHashes views) =>
        [views.Basic, views.Intermediate, views.Full];
}
