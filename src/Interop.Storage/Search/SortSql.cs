using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// One sort key: the lowest value that the view has, or the highest when descending; what is hidden or absent comes last either way.
/// </summary>
/// <param name="Name">The column's name in the statement.</param>
/// <param name="Column">The column's expression and name.</param>
internal sealed record SortSql(Sql Name, Sql Column, bool Descending)
{
    public static SortSql Of(SearchSort sort, int number, string type, Visibility visibility)
    {
        var name = Sql.Name($"s{number}");
        return new(name, $"{Expression(sort, type, visibility)} AS {name}", sort.Descending);
    }

    public static Sql Order(IReadOnlyList<SortSql> sorts, Sql row)
    {
        var keys = sorts.Select(sort =>
            (Sql)$"CASE WHEN {row}.{sort.Name} IS NULL THEN 1 ELSE 0 END, {row}.{sort.Name} {Sql.Name(sort.Descending ? "desc" : "asc")}");
        return Sql.Join(", ", [.. keys, $"{row}.key"]);
    }

    /// <summary>The rows after the cursor's: later in the first key in which they differ, and by the internal key where in none.</summary>
    public static Sql After(IReadOnlyList<SortSql> sorts, SearchCursor? cursor, long key)
    {
        if (cursor is null)
        {
            return $"1 = 1";
        }

        var later = new List<Sql>();
        var equal = new List<Sql>();
        foreach (var (sort, value) in sorts.Zip(cursor.Values))
        {
            if (value is not null)
            {
                var beyond = sort.Descending ? (Sql)$"w.{sort.Name} < {value}" : (Sql)$"w.{sort.Name} > {value}";
                later.Add($"({Sql.And([.. equal, $"({beyond} OR w.{sort.Name} IS NULL)"])})");
            }

            equal.Add(value is null ? (Sql)$"w.{sort.Name} IS NULL" : (Sql)$"w.{sort.Name} = {value}");
        }

        return Sql.Or([.. later, $"({Sql.And([.. equal, $"w.key > {key}"])})"]);
    }

    private static Sql Expression(SearchSort sort, string type, Visibility visibility)
    {
        var (r, seen) = (SearchSource.R, visibility.Alias());
        if (sort.Parameter is null)
        {
            return sort.Code switch
            {
                "_id" => $"r.id",
                "_lastUpdated" => $"(SELECT {visibility.Changed(new(r, seen))} FROM {visibility.Seen(r)} {seen})",
                _ => throw new ArgumentOutOfRangeException(nameof(sort)),
            };
        }

        var i = visibility.Alias();
        var column = Sql.Name(sort.Parameter.Type switch
        {
            SearchParameterType.String => "folded",
            SearchParameterType.Token => "code",
            SearchParameterType.Uri => "uri",
            SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity => sort.Descending ? "high" : "low",
            _ => throw new ArgumentOutOfRangeException(nameof(sort)),
        });

        var rows = visibility.RowsOf(new(r, seen)).Select(visible => (Sql)$"""
            SELECT {i}.{column} AS value
            FROM   {visibility.Seen(r)} {seen} CROSS JOIN {visible.From(ValueSql.TableName(sort.Parameter.Type), i)}
            WHERE  {i}.resource = r.key AND {i}.parameter = {ParameterNumber.Of(type, sort.Parameter.Code)} AND {visible.Holds(i)}
            """);
        return $"(SELECT {Sql.Name(sort.Descending ? "max" : "min")}(x.value) FROM ({Sql.Join("\nUNION ALL\n", rows)}) x)";
    }
}
