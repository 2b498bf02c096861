using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// Where searches find a resource and its index rows: the zone of its custodian's staff, and the lane of those who see it without a grant
/// of the patient. Both follow from who may see it, so that looking in one's own zone and lane visits visible rows only.
/// </summary>
/// <param name="Zone">Of what is above basic.</param>
/// <param name="BasicZone">Of what is basic: in the directory it is everybody's.</param>
/// <param name="Lane">Of what is basic.</param>
internal readonly record struct Place(long Zone, long BasicZone, int Lane)
{
    public const int NoLane = 0;

    /// <summary>Basic and unlabelled, of a patient with grants or of nobody.</summary>
    public const int Spoken = 1;

    /// <summary>Basic and unlabelled, of a patient who said nothing: an agreement's default opens it.</summary>
    public const int Unspoken = 2;

    /// <summary>Basic, with labels that every role clears over its own organisation's records.</summary>
    public const int Common = 3;

    public static Place Of(string type, string source, string? subject, long labels, bool hasGrants)
    {
        var zone = ZoneNumber.Of(source, labels);
        var lane = labels == 0 ? subject is null || hasGrants ? Spoken : Unspoken
            : (labels & ~Labels.Common) == 0 ? Common
            : NoLane;
        var isOpen = subject is null && labels == 0 && SharingPolicy.Default.IsDirectory(type);
        return new(zone, isOpen ? ZoneNumber.Directory : zone, lane);
    }

    public long ZoneAt(byte tier) => IsBasic(tier) ? BasicZone : Zone;

    public int LaneAt(byte tier) => IsBasic(tier) ? Lane : NoLane;

    private static bool IsBasic(byte tier) => tier <= (byte)Tier.Basic;
}
