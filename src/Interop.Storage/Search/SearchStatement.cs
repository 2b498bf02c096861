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

        var source = SearchSource.Of(query, criteria, visibility);
        Sql matching = $"""
            FROM   {source.From}
            WHERE  {source.Where}
            AND    {criteria.Sees(SearchSource.R, query.Type, query.Criteria)}
            """;
        if (query.CountOnly || query.Count == 0)
        {
            return new([], [], Total(matching), null);
        }

        var rows = Page(source.Key, matching);
        var matches = rows.Take(query.Count).Select(row => row.Seen).ToList();
        var next = rows.Count > query.Count ? new SearchCursor(new(rows[query.Count - 1].Values), matches[^1].Key.Id) : null;
        var isAll = query.After is null && next is null;
        var total = IsTotalAsked() ? isAll ? matches.Count : Total(matching) : (long?)null;
        return new(matches, new IncludeStatement(query.Includes, visibility, statements).Run(matches), total, next);
    }

    private bool IsTotalAsked() => query.Total != SearchTotal.None || query.CountOnly || query.Count == 0;

    private long Total(Sql matching) => statements.Number($"SELECT COUNT(*) {matching}") ?? 0;

    /// <param name="key">The column that gives the rows in order.</param>
    /// <param name="matching">The tables and the conditions of all matches.</param>
    private List<Match> Page(Sql key, Sql matching)
    {
        var after = query.After is null ? 0 : KeyOf(query.After);
        if (after is null)
        {
            return [];
        }

        var sorts = query.Sort.Select((sort, number) => SortSql.Of(sort, number, query.Type, visibility)).ToList();
        Sql columns = $"{key} AS key, {visibility.Tier(SearchSource.R)} AS seen, {visibility.Party(SearchSource.R)} AS party";
        Sql candidates = $"""
            SELECT {Sql.Join(", ", [columns, .. sorts.Select(sort => sort.Column)])}
            {matching}
            """;
        var page = sorts.Count == 0
            ? (Sql)$"{candidates} AND {key} > {after} ORDER BY {key} {visibility.Dialect.Page(query.Count + 1)}"
            : (Sql)$"""
                SELECT w.* FROM ({candidates}) w
                WHERE  {SortSql.After(sorts, query.After, after.Value)}
                ORDER BY {SortSql.Order(sorts, Sql.Name("w"))}
                {visibility.Dialect.Page(query.Count + 1)}
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

    private static object? Value(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetValue(column);

    /// <summary>The internal key of the cursor's resource: it never leaves. A deleted row still has its place.</summary>
    private long? KeyOf(SearchCursor cursor) =>
        statements.Number($"SELECT key FROM resource WHERE type = {query.Type} AND id = {cursor.Id}");

    private sealed record Match(SeenResource Seen, IReadOnlyList<object?> Values);
}
