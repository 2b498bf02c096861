using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Storage.Search;

namespace Interop.Storage.Write;

/// <summary>
/// Grants, and row by row what each of them opens: so that a search walks from a grant to visible resources and meets no others. What
/// an agreement's default opens of those who said nothing is a lane and no row.
/// </summary>
internal sealed class ReachWriter(Statements statements)
{
    /// <summary>The number of a resource type in reach.</summary>
    public static long TypeOf(string type) => ParameterNumber.Of("type", type);

    /// <summary>The same for what is deleted, where histories look and searches do not.</summary>
    public static long LeftOf(string type) => -TypeOf(type);

    /// <summary>Whether the patient has grants of this custodian, to whomever: then no default is asked blindly.</summary>
    public bool HasGrants(string? subject, string source) => subject is not null && statements.Number(
        $"SELECT 1 FROM sharing_grant WHERE subject = {subject} AND source = {source}") is not null;

    /// <summary>What grants open of one resource that was just written, or whose labels have changed.</summary>
    /// <param name="isInLane">Whether it is where every basic default shows it, and to nobody more than that.</param>
    public void Settle(long key, string type, string? subject, bool isNew, bool isInLane)
    {
        if (!isNew)
        {
            Remove(key);
        }

        if (subject is not null)
        {
            Insert(type, $"r.key = {key}", isInLane ? (Sql)$"g.tier > 1" : (Sql)$"1 = 1");
        }
    }

    /// <summary>What grants opened of it until it was deleted.</summary>
    public void Leave(long key) => statements.Add($"UPDATE reach SET type = -type WHERE resource = {key} AND type > 0");

    private void Remove(long key) => statements.Add($"DELETE FROM reach WHERE resource = {key}");

    /// <summary>Replaces the grants of a patient, of one custodian where given; false where they are as they were.</summary>
    public bool ReplaceOf(string subject, string? source, IReadOnlyCollection<GrantRow> grants)
    {
        var replaced = source is null ? (Sql)$"subject = {subject}" : (Sql)$"subject = {subject} AND source = {source}";
        if (Stored(replaced).Select(stored => stored.Row).ToHashSet().SetEquals(grants))
        {
            return false;
        }

        statements.Add($"DELETE FROM reach WHERE grant_number IN (SELECT number FROM sharing_grant WHERE {replaced})");
        statements.Add($"DELETE FROM sharing_grant WHERE {replaced}");
        foreach (var grant in grants)
        {
            Insert(grant);
        }

        return true;
    }

    /// <summary>Names again what grants open of a patient's record; lanes must be settled before.</summary>
    public void SettleRecord(string subject)
    {
        statements.Add($"DELETE FROM reach WHERE resource IN (SELECT key FROM resource WHERE subject = {subject})");
        foreach (var type in statements.Query(
            $"SELECT DISTINCT type FROM resource WHERE subject = {subject}", reader => reader.GetString(0)))
        {
            Insert(type, $"r.subject = {subject} AND r.type = {type}", $"1 = 1");
        }
    }

    /// <summary>
    /// Replaces what follows from agreements alone. Those that stay keep their numbers, and so their reach: an organisation that
    /// changes its address costs nothing here.
    /// </summary>
    public void ReplaceDefaults(IReadOnlyCollection<GrantRow> grants)
    {
        var wanted = grants.ToHashSet();
        var stays = new HashSet<GrantRow>();
        foreach (var (number, row) in Stored($"subject = ''"))
        {
            if (!wanted.Contains(row) || !stays.Add(row))
            {
                statements.Add($"DELETE FROM reach WHERE grant_number = {number}");
                statements.Add($"DELETE FROM sharing_grant WHERE number = {number}");
            }
        }

        var last = statements.Number($"SELECT MAX(number) FROM sharing_grant") ?? 0;
        foreach (var grant in wanted.Except(stays))
        {
            Insert(grant);
        }

        var types = new Lazy<List<string>>(() => statements.Query($"SELECT DISTINCT type FROM resource", reader => reader.GetString(0)));
        foreach (var source in wanted.Except(stays).Where(grant => grant.Tier > Tier.None).GroupBy(grant => grant.Source))
        {
            // Repeating the index's own condition, which holds of all that a basic default can open beside its lane.
            var isBasic = source.All(grant => grant.Tier == Tier.Basic);
            var where = isBasic
                ? (Sql)$"r.source = {source.Key} AND r.lane <> 2 AND r.subject IS NOT NULL AND (r.tier <= 1 OR r.party_tier <= 1)"
                : (Sql)$"r.source = {source.Key} AND r.subject IS NOT NULL";
            foreach (var type in types.Value)
            {
                Insert(type, $"{where} AND r.type = {type}", $"g.number > {last} AND g.subject = ''");
            }

            // Parties see more than the lane shows.
            foreach (var type in types.Value.Where(_ => isBasic))
            {
                Insert(
                    type,
                    $"r.source = {source.Key} AND r.lane = 2 AND r.type = {type} AND r.key IN (SELECT resource FROM party)",
                    $"g.number > {last} AND g.subject = ''");
            }
        }
    }

    private void Insert(GrantRow grant) => statements.Add($"""
        INSERT INTO sharing_grant
            (subject, source, grantee, practitioner, purpose, tier, cleared, valid_from, valid_to, basis, closed_to_naming,
             closed_to_listing, zone)
        VALUES ({grant.Subject ?? ""}, {grant.Source}, {grant.Grantee}, {grant.Practitioner ?? ""}, {grant.Purpose}, {grant.Tier},
            {grant.Cleared}, {grant.From}, {grant.To}, {grant.Basis}, {grant.Closed.ToNaming},
            {grant.Closed.ToListing}, {ZoneNumber.Of(grant.Source)})
        """);

    /// <summary>
    /// A grant opens a resource whose labels it clears, from the tier at which the resource appears to its grantee. A default is for
    /// those patients who have no grant for its grantee, and is in reach only where the lane does not show the same.
    /// </summary>
    private void Insert(string type, Sql resources, Sql grants)
    {
        Sql isParty = $"EXISTS (SELECT 1 FROM party p WHERE p.resource = r.key AND p.organization = g.grantee)";
        statements.Add($"""
            INSERT INTO reach (grant_number, type, subject, resource)
            SELECT g.number, CASE r.deleted WHEN 0 THEN {TypeOf(type)} ELSE {LeftOf(type)} END, r.subject, r.key
            FROM   resource r CROSS JOIN sharing_grant g
            WHERE  {resources} AND {grants}
            AND    g.source = r.source AND g.subject IN ('', r.subject)
            AND    g.tier >= CASE WHEN r.party_tier < r.tier THEN r.party_tier ELSE r.tier END AND g.tier > 0
            AND    (r.labels & ~g.cleared) = 0 AND g.closed_to_naming NOT LIKE {ClosedTypes.PatternOf(type)}
            AND    (g.tier >= r.tier OR {isParty})
            AND    (g.subject <> '' OR r.lane <> 2 OR g.tier > 1 OR {isParty})
            AND    (g.subject <> '' OR NOT EXISTS (
                SELECT 1 FROM sharing_grant e WHERE e.grantee = g.grantee AND e.subject = r.subject AND e.source = r.source))
            """);
    }

    private List<(long Number, GrantRow Row)> Stored(Sql where) => statements.Query(
        $"SELECT {GrantColumns.All}, number FROM sharing_grant WHERE {where} ORDER BY number",
        reader => (reader.GetInt64(12), GrantColumns.Read(reader)));
}
