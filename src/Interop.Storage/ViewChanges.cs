using Interop.Sharing.Redaction;

namespace Interop.Storage;

/// <summary>
/// When each view last changed, by comparing its hash with the one before: basic, intermediate, full, then the same for a party.
/// The view of the custodian's own staff changes with every version.
/// </summary>
/// <param name="At">The time of this version, UTC microseconds.</param>
internal sealed record ViewChanges(long At, IReadOnlyList<long> Hashes, IReadOnlyList<long> Times)
{
    /// <param name="before">The views of the previous version as they are now; null for those that were stored with it.</param>
    public static ViewChanges Between(ExistingRow? previous, ViewHashes? before, ViewHashes views, long at)
    {
        var hashes = ListOf(views);
        var known = before is { } now ? ListOf(now) : previous?.Hashes;
        var times = hashes.Select((hash, view) => previous is { Deleted: false } && known![view] == hash ? previous.Times[view] : at);
        return new(at, hashes, [.. times]);
    }

    private static long[] ListOf(ViewHashes views) =>
        [views.Basic, views.Intermediate, views.Full, views.PartyBasic, views.PartyIntermediate, views.PartyFull];
}
