using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// Where searches find a resource and its index rows: the zone of its custodian's staff, and the lane of those who see it without a grant
/// of the patient. Both follow from who may see it, so that looking in one's own zone and lane visits visible rows only.
/// </summary>
/// <param name="Zone">Of what is above basic.</param>
/// <param name="BasicZone">Of what is basic: in the directory it is everybody's.</param>
/// <param name="Lane">Of what is basic.</param>
/// <param name="PartyLane">Of what is basic for its parties only.</param>
internal readonly record struct Place(long Zone, long BasicZone, int Lane, int PartyLane)
{
    public const int NoLane = 0;

    private const int Basic = (int)Tier.Basic;

    /// <summary>Basic and unlabelled, of a patient with grants or of nobody.</summary>
    public const int Spoken = 1;

    /// <summary>Basic and unlabelled, of a patient who said nothing: an agreement's default opens it.</summary>
    public const int Unspoken = 2;

    /// <summary>Basic, with labels that every role clears over its own organisation's records.</summary>
    public const int Common = 3;

    /// <summary>Basic for its custodian as a party to it, with at most such labels.</summary>
    public const int OwnParty = 4;

    /// <param name="isParty">The custodian is party to it.</param>
    public static Place Of(string type, string source, string? subject, long labels, bool hasGrants, bool isParty)
    {
        var zone = ZoneNumber.Of(source, labels);
        var lane = labels == 0 ? subject is null || hasGrants ? Spoken : Unspoken
            : (labels & ~Labels.Common) == 0 ? Common
            : NoLane;
        var isOpen = subject is null && labels == 0 && SharingPolicy.Default.IsDirectory(type);
        return new(zone, isOpen ? ZoneNumber.Directory : zone, lane, isParty && (labels & ~Labels.Common) == 0 ? OwnParty : NoLane);
    }

    public long ZoneAt(TierPair tiers) => tiers.Anyone <= Basic ? BasicZone : Zone;

    public int LaneAt(TierPair tiers) => tiers.Anyone <= Basic ? Lane : tiers.Party <= Basic ? PartyLane : NoLane;

    /// <summary>Of rows by their tiers, as <see cref="ZoneAt"/>.</summary>
    public Sql ZoneOfRow => $"CASE WHEN tier <= {Sql.Number(Basic)} THEN {BasicZone} ELSE {Zone} END";

    /// <summary>Of rows by their tiers, as <see cref="LaneAt"/>.</summary>
    public Sql LaneOfRow => $"""
        CASE WHEN tier <= {Sql.Number(Basic)} THEN {Lane} WHEN party_tier <= {Sql.Number(Basic)} THEN {PartyLane} ELSE {NoLane} END
        """;
}
