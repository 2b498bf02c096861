using Interop.Sharing.Redaction;

namespace Interop.Storage;

/// <summary>
/// When each view last changed, by comparing its hash with the one before: basic, intermediate, full, then the same for a party.
/// The view of the custodian's own staff changes with every version.
/// </summary>
/// <param name="At">The time of this version, UTC microseconds.</param>
internal sealed record ViewChanges(long At, IReadOnlyList<long> Hashes, IReadOnlyList<long> Times)
{
    public static ViewChanges Between(ExistingRow? previous, ViewHashes views, long at)
    {
        long[] hashes = [views.Basic, views.Intermediate, views.Full, views.PartyBasic, views.PartyIntermediate, views.PartyFull];
        var times = hashes.Select((hash, view) =>
            previous is { Deleted: false } && previous.Hashes[view] == hash ? previous.Times[view] : at);
        return new(at, hashes, [.. times]);
    }
}
