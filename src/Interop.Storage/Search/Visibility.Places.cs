using Interop.Sharing.Policy;
using Interop.Storage.Write;

namespace Interop.Storage.Search;

/// <summary>The places that a search of a type goes to, and the reach of grants.</summary>
internal sealed partial class Visibility
{
    /// <summary>
    /// Where the staff of the sight's own organisation look for what they see by role, and everybody for the directory; null where there
    /// is nothing that a role or an agreement of itself shows.
    /// </summary>
    public SearchPlace? Own(string type)
    {
        var zones = new List<long>();
        if (sight.Directory && SharingPolicy.Default.IsDirectory(type))
        {
            zones.Add(ZoneNumber.Directory);
        }

        var isKept = sight.Keeps.Contains(type);
        if (sight.OwnTier != Sharing.Policy.Tier.None || isKept)
        {
            zones.Add(ZoneNumber.Of(sight.Organization, isHeld: false));
            if (isKept || (sight.OwnCleared & Labels.NamedOnly) != 0)
            {
                zones.Add(ZoneNumber.Of(sight.Organization, isHeld: true));
            }
        }

        if (zones.Count == 0)
        {
            return null;
        }

        // A role that sees little of its own organisation's records finds just that in lanes, if they hold all that it clears.
        return !isKept && sight.OwnTier == Sharing.Policy.Tier.Basic && (sight.OwnCleared & ~Labels.Common) == 0
            ? new(row => $"{InZones(row)} AND {row}.lane IN (1, 2, 3, 4) AND {row}.lane > 0", dialect, "by_lane")
            : new(InZones, dialect) { IsOrdered = zones.Count == 1 };

        Sql InZones(Sql row) => zones.Count == 1 ? $"{row}.zone = {zones[0]}" : (Sql)$"{row}.zone IN {Sql.List(zones)}";
    }

    /// <summary>Where agreements alone open something to the sight: what is basic, of patients who said nothing.</summary>
    public SearchPlace Lane()
    {
        var grant = Alias();
        return new(
            row => $"""
                {row}.zone IN (
                    SELECT {grant}.zone FROM sharing_grant {grant}
                    WHERE  {Opening(grant)} AND {grant}.subject = '')
                AND {row}.lane = {Sql.Number(Place.Unspoken)} AND {row}.lane > 0
                """,
            dialect,
            "by_lane");
    }

    /// <summary>The places where the sight finds rows of a type, beside what grants reach.</summary>
    public IReadOnlyList<SearchPlace> Places(string type)
    {
        var places = new List<SearchPlace>(2);
        if (Own(type) is { } own)
        {
            places.Add(own);
        }

        if (HasGrants)
        {
            places.Add(Lane());
        }

        return places;
    }

    /// <summary>What grants reach of a type, with the tier and party of each row: what judging and criteria ask of it.</summary>
    public Sql ReachedAndSeen(string type)
    {
        var r = Alias();
        return $"""
            (SELECT {r}.key, {r}.type, {r}.id, {r}.subject, {r}.requires, {r}.tier, {r}.party_tier,
                    {r}.changed_1, {r}.changed_2, {r}.changed_3, {r}.changed_4, {Tier(r)} AS seen, {Party(r)} AS party
             FROM   resource {r}
             WHERE  {r}.key IN ({Reached(type, null)}) AND {r}.deleted = 0
             {dialect.Page(int.MaxValue)})
            """;
    }

    /// <summary>The keys of what grants open to the sight beyond that.</summary>
    /// <param name="subject">Id of the one patient whose record is looked at; null for all.</param>
    public Sql Reached(string type, SqlValue? subject)
    {
        var (grant, h) = (Alias(), Alias());
        var ofSubject = subject is null ? (Sql)$"" : (Sql)$"AND {grant}.subject IN ('', {subject}) AND {h}.subject = {subject}";
        return $"""
            SELECT {h}.resource
            FROM   sharing_grant {grant} CROSS JOIN reach {h}
            WHERE  {Opening(grant)} AND {h}.grant_number = {grant}.number AND {h}.type = {ReachWriter.TypeOf(type)} {ofSubject}
            """;
    }

    /// <summary>The same of some resources that are named: their patients lead to grants, so that those of others cost nothing.</summary>
    /// <param name="named">That a row of resource is one of them.</param>
    public Sql ReachedOf(string type, Func<Sql, Sql> named)
    {
        var (r, grant, h) = (Alias(), Alias(), Alias());
        return $"""
            SELECT {r}.key
            FROM   resource {r} CROSS JOIN sharing_grant {grant} CROSS JOIN reach {h}
            WHERE  {named(r)} AND {Opening(grant)} AND {grant}.subject IN ('', {r}.subject)
            AND    {h}.grant_number = {grant}.number AND {h}.type = {ReachWriter.TypeOf(type)}
            AND    {h}.subject = {r}.subject AND {h}.resource = {r}.key
            """;
    }
}
