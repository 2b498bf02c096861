using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Search;

/// <summary>
/// What <c>_include</c> and <c>_revinclude</c> add to a page: only along references that are visible, only to resources that are,
/// each once.
/// </summary>
internal sealed class IncludeStatement(IReadOnlyList<SearchInclude> includes, Visibility visibility, Statements statements)
{
    // Below what databases allow as parameters of one statement.
    private const int IdsPerStatement = 500;

    private readonly CriterionSql criteria = new(visibility);

    /// <summary>The columns of a seen resource, from v (key, seen, party) and r.</summary>
    public static Sql Columns => $"""
        r.type, r.id, r.version, r.deleted, v.seen, v.party,
        {Visibility.Changed(Sql.Name("r"), $"v.seen", $"v.party = 1")}, r.labels, r.body
        """;

    public IReadOnlyList<SeenResource> Run(IReadOnlyList<SeenResource> matches)
    {
        var known = matches.Select(match => match.Key).ToHashSet();
        var included = new List<SeenResource>();
        var frontier = matches.Select(match => match.Key).ToList();
        var applicable = includes;
        while (frontier.Count > 0 && applicable.Count > 0)
        {
            var found = applicable.SelectMany(include => Follow(include, frontier)).Where(seen => known.Add(seen.Key)).ToList();
            included.AddRange(found);
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
        var (i, s, t) = (visibility.Alias(), visibility.Alias(), visibility.Alias());
        var target = include.Target is null ? (Sql)$"1 = 1" : (Sql)$"{t}.type = {include.Target}";
        return $"""
            SELECT {t}.key
            FROM   resource {s}
            JOIN   index_reference {i} ON {i}.resource = {s}.key
            JOIN   resource {t} ON {t}.type = {i}.target_type AND {t}.id = {i}.target_id
            WHERE  {s}.type = {type} AND {s}.id IN {Sql.PaddedList(ids)}
            AND    {i}.parameter = {ParameterNumber.Of(type, include.Parameter.Code)}
            AND    {visibility.RowTier(i, s)} <= {visibility.Tier(s)} AND {target} AND {visibility.Visible(t)}
            """;
    }

    private Sql Holders(SearchInclude include, string type, string[] ids)
    {
        var (i, s) = (visibility.Alias(), visibility.Alias());
        var holder = include.Parameter.Resource;
        return visibility.Allows(holder)
            ? $"""
                SELECT {s}.key
                FROM   index_reference {i} JOIN resource {s} ON {s}.key = {i}.resource
                WHERE  {i}.parameter = {ParameterNumber.Of(holder, include.Parameter.Code)}
                AND    {i}.target_type = {type} AND {i}.target_id IN {Sql.PaddedList(ids)}
                AND    {criteria.Sees(s, holder, [], visibility.RowTier(i, s))}
                """
            : (Sql)$"SELECT key FROM resource WHERE 1 = 0";
    }

    private List<SeenResource> Fetch(Sql keys)
    {
        var r = Sql.Name("r");
        return statements.Query(
            $"""
            SELECT {Columns}
            FROM  (SELECT r.key AS key, {visibility.Tier(r)} AS seen, {visibility.Party(r)} AS party
                   FROM   resource r
                   WHERE  r.key IN ({keys})) v
            JOIN   resource r ON r.key = v.key
            ORDER BY v.key
            """,
            ResourceRows.Seen);
    }
}
