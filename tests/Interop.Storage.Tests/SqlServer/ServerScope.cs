namespace Interop.Storage.Tests.SqlServer;

/// <summary>What a query can name: its own tables, and those of the queries around it.</summary>
internal sealed record ServerScope(ServerScope? Outer, IReadOnlyList<ServerTable> Tables)
{
    /// <summary>Why a name means nothing, or more than one thing; null where it means one column.</summary>
    /// <param name="isOwn">Whether it is a column of a table of this query itself.</param>
    public string? ProblemOf(IReadOnlyList<string> name, out bool isOwn)
    {
        var (table, column) = name.Count == 1 ? (null, name[0]) : (name[^2], name[^1]);
        isOwn = false;
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            var tables = scope.Tables.Where(one => table is null ? one.Columns.Contains(column) : one.Alias == table).ToList();
            if (tables.Count > 1)
            {
                return $"{string.Join('.', name)} is the name of several.";
            }

            if (tables.Count == 1)
            {
                isOwn = ReferenceEquals(scope, this);
                return tables[0].Columns.Contains(column) ? null : $"{table} has no column {column}.";
            }
        }

        return $"There is no {string.Join('.', name)}.";
    }
}

/// <summary>A table, or what stands for one in FROM.</summary>
internal sealed record ServerTable(string Alias, IReadOnlyList<string> Columns);
