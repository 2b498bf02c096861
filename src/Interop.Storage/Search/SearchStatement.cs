using System.Data.Common;
using Interop.Fhir.Search;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;

namespace Interop.Storage.Search;

/// <summary>One search over what a sight sees: the page of matches, what it includes, and the total.</summary>
internal sealed class SearchStatement(SearchQuery query, Visibility visibility, Statements statements)
{
    // The columns before the sort values in a row of matches.
    private const int SeenColumns = 11;

    private readonly CriterionSql criteria = new(visibility);

    public SearchPage Run()
    {
        if (!visibility.Allows(query.Type))
        {
            return new([], [], IsTotalAsked() ? 0 : null, null);
        }

        if (query.CountOnly || query.Count == 0)
        {
            return new([], [], Total(), null);
        }

        var rows = Page();
        var matches = rows.Take(query.Count).Select(row => row.Seen).ToList();
        var next = rows.Count > query.Count ? new SearchCursor(new(rows[query.Count - 1].Values), matches[^1].Key.Id) : null;
        var isAll = query.After is null && next is null;
        var total = IsTotalAsked() ? isAll ? matches.Count : Total() : (long?)null;
        return new(matches, new IncludeStatement(query.Includes, visibility, statements).Run(matches), total, next);
    }

    private bool IsTotalAsked() => query.Total != SearchTotal.None || query.CountOnly || query.Count == 0;

    private IReadOnlyList<SearchSource> Sources(bool stops) => SearchSource.Of(query, criteria, visibility, stops);

    /// <summary>All matches; an estimate stops where there are more than anybody reads one by one.</summary>
    private long Total()
    {
        var isEstimate = query.Total == SearchTotal.Estimate;
        var counts = Sources(stops: false).Select(source => isEstimate
            ? (Sql)$"(SELECT COUNT(*) FROM (SELECT 1 AS one {Matching(source)} {Sql.Limit(SearchQuery.MaximumEstimate)}) e)"
            : (Sql)$"(SELECT COUNT(*) {Matching(source)})");
        var total = statements.Number($"SELECT {Sql.Join(" + ", counts)}") ?? 0;
        return isEstimate ? Math.Min(total, SearchQuery.MaximumEstimate) : total;
    }

    /// <summary>The tables and the conditions of all matches in a source.</summary>
    private Sql Matching(SearchSource source) => $"""
        FROM   {source.From}
        WHERE  {source.Where}
        AND    {criteria.Sees(SearchSource.R, query.Type, query.Criteria)}
        """;

    private List<Match> Page()
    {
        var after = query.After is null ? 0 : KeyOf(query.After);
        if (after is null)
        {
            return [];
        }

        var sorts = query.Sort.Select((sort, number) => SortSql.Of(sort, number, query.Type, visibility)).ToList();
        var limit = Sql.Page(query.Count + 1);
        var page = sorts.Count == 0
            ? First([.. Sources(stops: true).Select(source => Ordered(source, after.Value, limit))], limit)
            : (Sql)$"""
                SELECT w.* FROM ({Sql.Join("\nUNION ALL\n", Sources(stops: false).Select(source => Candidates(source, sorts)))}) w
                WHERE  {SortSql.After(sorts, query.After, after.Value)}
                ORDER BY {SortSql.Order(sorts, Sql.Name("w"))}
                {limit}
                """;
        return statements.Query(
            $"""
            SELECT {Sql.Join(", ", [IncludeStatement.Columns(visibility), .. sorts.Select(sort => (Sql)$"v.{sort.Name}")])}
            FROM  ({page}) v
            JOIN   resource r ON r.key = v.key
            ORDER BY {SortSql.Order(sorts, Sql.Name("v"))}
            """,
            reader => new Match(ResourceRows.Seen(reader), [.. sorts.Select((_, number) => Value(reader, SeenColumns + number))]));
    }

    private Sql Ordered(SearchSource source, long after, Sql limit) =>
        $"{Candidates(source, [])} AND {source.Key} > {after} ORDER BY {source.Key} {limit}";

    private Sql Candidates(SearchSource source, IEnumerable<SortSql> sorts)
    {
        var r = SearchSource.R;
        Sql columns = $"{source.Key} AS key, {visibility.Tier(r)} AS seen, {visibility.Party(r)} AS party";
        return $"""
            SELECT {Sql.Join(", ", [columns, .. sorts.Select(sort => sort.Column)])}
            {Matching(source)}
            """;
    }

    /// <summary>The first rows of several pages that are each in order.</summary>
    private static Sql First(IReadOnlyList<Sql> pages, Sql limit)
    {
        if (pages is [var only])
        {
            return only;
        }

        var all = pages.Select((page, number) => (Sql)$"SELECT * FROM ({page}) {Sql.Name($"w{number}")}");
        return $"SELECT w.* FROM ({Sql.Join("\nUNION ALL\n", all)}) w ORDER BY w.key {limit}";
    }

    private static object? Value(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetValue(column);

    /// <summary>The internal key of the cursor's resource: it never leaves. A deleted row still has its place.</summary>
    private long? KeyOf(SearchCursor cursor) =>
        statements.Number($"SELECT key FROM resource WHERE type = {query.Type} AND id = {cursor.Id}");

    private sealed record Match(SeenResource Seen, IReadOnlyList<object?> Values);
}
