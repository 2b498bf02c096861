using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;

namespace Interop.Storage.Search;

/// <summary>
/// What <c>_include</c> and <c>_revinclude</c> add to a page: only along references that are visible, only to resources that are,
/// each once.
/// </summary>
internal sealed class IncludeStatement(IReadOnlyList<SearchInclude> includes, Visibility visibility, Statements statements)
{
    // Below what databases allow as parameters of one statement.
    private const int IdsPerStatement = 500;

    // A page of a thousand, each with one more, is the most that an application shows; references can lead to any number.
    private const int MostIncluded = 2_000;

    private Visibility visibility = visibility;

    /// <summary>The columns of a seen resource, from v (key, seen, party) and r.</summary>
    public static Sql Columns(Visibility visibility) => $"""
        r.type, r.id, r.version, r.deleted, v.seen, v.party, {visibility.Changed(new(Sql.Name("r"), Sql.Name("v")))}, r.labels, r.body,
        {visibility.About(new(Sql.Name("r"), Sql.Name("v")))}
        """;

    public IReadOnlyList<SeenResource> Run(IReadOnlyList<SeenResource> matches)
    {
        var known = matches.Select(match => match.Key).ToHashSet();
        var included = new List<SeenResource>();
        var frontier = matches.Select(match => match.Key).ToList();
        var applicable = includes;
        while (frontier.Count > 0 && applicable.Count > 0)
        {
            // Whom the page shows, the caller may name.
            visibility = visibility.Naming(known.Where(key => key.Type == "Patient").Select(key => key.Id));
            var found = applicable.SelectMany(include => Follow(include, frontier)).Where(seen => known.Add(seen.Key)).ToList();
            included.AddRange(found);
            if (included.Count > MostIncluded)
            {
                throw new TooCostlyException(
                    $"_include and _revinclude bring more than {MostIncluded} resources to this page. Ask for a smaller _count.");
            }

            frontier = found.ConvertAll(seen => seen.Key);
            applicable = [.. includes.Where(include => include.Iterate)];
        }

        return included;
    }

    private List<SeenResource> Follow(SearchInclude include, List<ResourceKey> from)
    {
        var groups = from.GroupBy(key => key.Type, key => key.Id).Where(group => include.Reverse
            ? include.Target is null || include.Target == group.Key
            : include.Parameter.Resource == group.Key);
        return [.. groups.SelectMany(group => group.Chunk(IdsPerStatement)
            .SelectMany(ids => Fetch(include.Reverse ? Holders(include, group.Key, ids) : Targets(include, group.Key, ids))))];
    }

    private Sql Targets(SearchInclude include, string type, string[] ids)
    {
        var (i, s, t, q) = (visibility.Alias(), visibility.Alias(), visibility.Alias(), visibility.Alias());
        var sources = Sql.PaddedList(ids);
        var target = include.Target is null ? (Sql)$"1 = 1" : (Sql)$"{t}.type = {include.Target}";
        return Sql.Join("\nUNION ALL\n", visibility.RowsOf(new(s, s)).Select(rows => (Sql)$"""
            SELECT {t}.key
            FROM  (SELECT {q}.key AS key, {visibility.Tier(q)} AS seen, {visibility.Party(q)} AS party
                   FROM   resource {q}
                   WHERE  {q}.type = {type} AND {q}.id IN {sources}
                   {Sql.Limit(int.MaxValue)}) {s}
            CROSS JOIN {rows.From("index_reference", i)} CROSS JOIN resource {t}
            WHERE  {i}.resource = {s}.key AND {i}.parameter = {ParameterNumber.Of(type, include.Parameter.Code)} AND {rows.Holds(i)}
            AND    {t}.type = {i}.target_type AND {t}.id = {i}.target_id AND {target} AND {visibility.Visible(t)}
            """));
    }

    /// <summary>Those who point at the page, looked for where the sight sees things: see <see cref="CriterionSql"/>.</summary>
    private Sql Holders(SearchInclude include, string type, string[] ids)
    {
        var holder = include.Parameter.Resource;
        if (!visibility.Allows(holder))
        {
            return $"SELECT key FROM resource WHERE 1 = 0";
        }

        var targets = Sql.PaddedList(ids);
        var found = visibility.Places(holder).Select(place =>
        {
            var (i, s) = (visibility.Alias(), visibility.Alias());
            return (Sql)$"""
                SELECT {s}.key FROM {place.From("index_reference", i)} CROSS JOIN resource {s}
                WHERE  {PointsAt(i)} AND {place.Holds(i)} AND {s}.key = {i}.resource
                AND    {new CriterionSql(visibility).Sees(s, holder, [], look => [$"{i}.tier <= {look.S}.seen"], Way.ByListing)}
                """;
        }).ToList();
        if (visibility.HasGrants)
        {
            var (i, s) = (visibility.Alias(), visibility.Alias());
            var look = new Look(s, s);
            found.AddRange(visibility.RowsOf(look).Select(rows => (Sql)$"""
                SELECT {s}.key FROM {visibility.ReachedAndSeen(holder)} {s} CROSS JOIN {rows.From("index_reference", i)}
                WHERE  {i}.resource = {s}.key AND {rows.Holds(i)} AND {PointsAt(i)}
                AND    {visibility.Appears(look)} AND {visibility.Opened(look, holder)}
                """));
        }

        return found.Count == 0 ? $"SELECT key FROM resource WHERE 1 = 0" : Sql.Join("\nUNION ALL\n", found);

        Sql PointsAt(Sql i) => $"""
            {i}.parameter = {ParameterNumber.Of(holder, include.Parameter.Code)}
            AND    {i}.target_type = {type} AND {i}.target_id IN {targets}
            """;
    }

    private List<SeenResource> Fetch(Sql keys)
    {
        var r = Sql.Name("r");
        return statements.Query(
            $"""
            SELECT {Columns(visibility)}
            FROM  (SELECT r.key AS key, {visibility.Tier(r)} AS seen, {visibility.Party(r)} AS party
                   FROM   resource r
                   WHERE  r.key IN ({keys})) v
            JOIN   resource r ON r.key = v.key
            ORDER BY v.key
            """,
            ResourceRows.Seen);
    }
}
