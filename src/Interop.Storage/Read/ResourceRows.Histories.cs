using Interop.Fhir;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Search;

namespace Interop.Storage.Read;

/// <summary>Histories of more than one resource.</summary>
public sealed partial class ResourceRows
{
    /// <summary>
    /// Versions of what the sight sees now, or saw until it was deleted, newest first: of one type wherever it is, or of all types among
    /// what the sight's own organisation keeps and the directory. Which versions of a resource there are is as in its own history.
    /// </summary>
    public HistoryPage Histories(HistoryQuery query, Sight sight)
    {
        var named = NamedPersons.Nobody.With(sight.Constraints?.OnlyPatient is { } patient ? [patient] : []);
        var visibility = new Visibility(sight, query.Type is not null && HasGrants(sight.Organization), named);
        if (query.Type is { } type && !visibility.Allows(type))
        {
            return new([], 0, null);
        }

        var after = query.After is { } place
            ? Statements.Number($"SELECT key FROM resource WHERE type = {place.Key.Type} AND id = {place.Key.Id}")
            : null;
        var rows = Statements.Query(
            $"""
            SELECT r.type, r.id, p.version, p.deleted, p.seen, p.party, p.changed, p.labels, COALESCE(o.body, r.body),
                   {visibility.About(new(Sql.Name("r"), Sql.Name("p")))}, p.total,
                   CASE WHEN p.changed = p.begun THEN 1 ELSE 0 END
            FROM  (SELECT t.* FROM (
                       SELECT g.*, COUNT(*) OVER () AS total FROM ({Changes(query.Type, visibility)}) g WHERE {Asked(query)}) t
                   WHERE  {After(query.After, after)}
                   ORDER BY t.changed DESC, t.key DESC
                   {Sql.Page(query.Count + 1)}) p
            JOIN   resource r ON r.key = p.key
            LEFT JOIN resource_version o ON o.resource = p.key AND o.version = p.version
            ORDER BY p.changed DESC, p.key DESC
            """,
            reader => (Version: new TypeVersion(Seen(reader), IsFirst: reader.GetInt64(12) == 1), Total: reader.GetInt64(11)));
        var shown = rows.Take(query.Count).ToList();
        return new(
            [.. shown.Select(row => row.Version)],
            rows.Count > 0 ? rows[0].Total : query.After is null ? 0 : null,
            rows.Count > query.Count && shown.Count > 0 ? new(shown[^1].Version.Seen.Changed, shown[^1].Version.Seen.Key) : null);
    }

    /// <summary>
    /// What is seen as it was before an instant, with the labels that it has got since: without what was not there, and what was another
    /// custodian's or patient's.
    /// </summary>
    /// <param name="instant">UTC microseconds.</param>
    public IReadOnlyDictionary<ResourceKey, SeenResource> Before(long instant, IEnumerable<SeenResource> seen)
    {
        var before = new Dictionary<ResourceKey, SeenResource>();
        foreach (var alike in seen.GroupBy(one => (one.Key.Type, one.Tier), one => one.Key.Id))
        {
            foreach (var ids in alike.Chunk(500))
            {
                foreach (var then in Statements.Query(
                    $"""
                    SELECT r.type, r.id, o.version, o.deleted, {(long)alike.Key.Tier}, 0, o.updated_at, o.labels | r.labels, o.body,
                           o.subject, NULL
                    FROM   resource r JOIN resource_version o ON o.resource = r.key
                    WHERE  r.type = {alike.Key.Type} AND r.id IN {Sql.PaddedList(ids)}
                    AND    o.version = (
                               SELECT MAX(v.version) FROM resource_version v WHERE v.resource = r.key AND v.updated_at < {instant})
                    AND    o.deleted = 0 AND o.source = r.source AND COALESCE(o.subject, '') = COALESCE(r.subject, '')
                    """,
                    Seen))
                {
                    before[then.Key] = then;
                }
            }
        }

        return before;
    }

    /// <summary>Every visible version, with when the next one came and when the first did.</summary>
    private static Sql Changes(string? type, Visibility visibility)
    {
        var (v, h) = (Sql.Name("v"), Sql.Name("h"));
        var look = new Look(h, h);
        var versions = (Sql)$"""
            SELECT r.key, r.type, r.id, 1 AS is_current, r.labels, {VersionColumns(Sql.Name("r"))}
            FROM   resource r
            LEFT JOIN party p ON p.resource = r.key AND p.organization = {visibility.Organization}
            WHERE  r.key IN ({visibility.EverSeen(type)})
            UNION ALL
            SELECT r.key, r.type, r.id, 0, o.labels | r.labels, {VersionColumns(Sql.Name("o"))}
            FROM   resource r JOIN resource_version o ON o.resource = r.key
            LEFT JOIN party_version p ON p.resource = o.resource AND p.version = o.version AND p.organization = {visibility.Organization}
            WHERE  r.key IN ({visibility.EverSeen(type)})
            """;

        // With a limit, so that the tier of a version is computed once and not at each mention.
        return $"""
            SELECT c.*,
                   LEAD(c.changed) OVER (PARTITION BY c.key ORDER BY c.version) AS changed_then,
                   LEAD(c.deleted) OVER (PARTITION BY c.key ORDER BY c.version) AS deleted_then,
                   MIN(c.changed) OVER (PARTITION BY c.key) AS begun
            FROM  (SELECT h.key, h.version, h.deleted, h.seen, h.party, h.labels, {visibility.Changed(look, PartyChanged)} AS changed
                   FROM  (SELECT v.*, {visibility.Tier(v)} AS seen FROM ({versions}) v {Sql.Limit(int.MaxValue)}) h
                   WHERE  {visibility.Appears(look)} AND {visibility.Opened(look, type, $"h.is_current = 1")}) c
            """;
    }

    /// <summary>Of versions between which the view did not change, the newest is the one that a read gives.</summary>
    private static Sql Asked(HistoryQuery query)
    {
        List<Sql> conditions = [$"(g.changed_then IS NULL OR g.changed_then <> g.changed OR g.deleted_then <> g.deleted)"];
        if (query.Since is { } since)
        {
            conditions.Add($"g.changed >= {since}");
        }

        if (query.At is var (low, high))
        {
            conditions.Add($"g.changed <= {high} AND (g.changed_then IS NULL OR g.changed_then > {low})");
        }

        return Sql.And(conditions);
    }

    private static Sql After(HistoryPlace? place, long? key) => place is null
        ? $"1 = 1"
        : (Sql)$"(t.changed < {place.Changed} OR (t.changed = {place.Changed} AND t.key < {key ?? 0}))";
}
