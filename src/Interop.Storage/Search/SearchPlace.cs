namespace Interop.Storage.Search;

/// <summary>
/// A place where a sight finds rows, of resource or of an index: some zones, some lanes of them, or what one resource has at a tier. Where
/// the planner could take an index that leads past the place, the right one is named in the statement.
/// </summary>
/// <param name="holds">That a row, by its alias, is there.</param>
/// <param name="index">The end of the name of the index that leads there and nowhere else; null for the planner's choice.</param>
internal sealed class SearchPlace(Func<Sql, Sql> holds, string? index = null)
{
    /// <summary>Parts that together are the place, no row in two of them: out of each come rows in the order of the index alone.</summary>
    public IReadOnlyList<SearchPlace> Ordered { get; init; } = [];

    /// <summary>The same where there are some, else the place as a whole.</summary>
    public IReadOnlyList<SearchPlace> Parts => Ordered.Count > 0 ? Ordered : [this];

    /// <summary>Whether all that the place has of a resource is visible in it, and not only what is basic.</summary>
    public bool IsWhole => index is null;

    public Sql Holds(Sql row) => holds(row);

    /// <summary>The table, by its name and under an alias, for FROM.</summary>
    public Sql From(string table, Sql alias) => index is null
        ? $"{Sql.Name(table)} {alias}"
        : (Sql)$"{Sql.Name(table)} {alias} {Sql.In(dialect => dialect.IndexedBy($"{table}_{index}"))}";
}
