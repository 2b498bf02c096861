using Interop.Sharing.Redaction;

namespace Interop.Storage;

/// <summary>
/// When each view last changed, by comparing its hash with the one before: basic, intermediate, full. The view of the custodian's own
/// staff changes with every version; a party's is a matter of its own (<see cref="PartyWriter"/>).
/// </summary>
/// <param name="At">The time of views that changed, UTC microseconds.</param>
internal sealed record ViewChanges(long At, IReadOnlyList<long> Hashes, IReadOnlyList<long> Times)
{
    public static ViewChanges Between(ExistingRow? previous, ViewHashes views, long at)
    {
        long[] hashes = [views.Basic, views.Intermediate, views.Full];
        var times = hashes.Select((hash, view) =>
            previous is { Deleted: false } && previous.Hashes[view] == hash ? previous.Times[view] : at);
        return new(at, hashes, [.. times]);
    }
}
