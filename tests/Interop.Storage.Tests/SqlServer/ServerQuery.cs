using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>One SELECT: its tables, what it makes of them, and in what order.</summary>
internal sealed class ServerQuery(ServerRules rules, QuerySpecification query, ServerScope? outer, int depth)
{
    private readonly List<ServerTable> tables = [];

    /// <inheritdoc cref="ServerRules.Look(QueryExpression, ServerScope?, int)"/>
    public IReadOnlyList<string?> Look()
    {
        var conditions = new List<BooleanExpression>();
        foreach (var table in query.FromClause?.TableReferences ?? [])
        {
            Add(table, conditions);
        }

        foreach (var same in tables.GroupBy(table => table.Alias).Where(same => same.Count() > 1))
        {
            rules.Problems.Add($"Two tables of one query are called {same.Key}.");
        }

        var scope = new ServerScope(outer, tables);
        conditions.ForEach(condition => rules.Look(condition, scope, depth));
        rules.Look(query.WhereClause, scope, depth);
        rules.Look(query.TopRowFilter, null, depth);
        rules.Look(query.HavingClause, scope, depth);
        var columns = query.SelectElements.SelectMany(element => Columns(element, scope)).ToList();
        Order(columns, scope);
        Group(scope);
        return columns;
    }

    private void Add(TableReference table, List<BooleanExpression> conditions)
    {
        switch (table)
        {
            case UnqualifiedJoin { UnqualifiedJoinType: UnqualifiedJoinType.CrossJoin } join:
                Add(join.FirstTableReference, conditions);
                Add(join.SecondTableReference, conditions);
                break;
            case QualifiedJoin join:
                Add(join.FirstTableReference, conditions);
                Add(join.SecondTableReference, conditions);
                conditions.Add(join.SearchCondition);
                break;
            case NamedTableReference named:
                var name = named.SchemaObject.BaseIdentifier.Value;
                if (!ServerSchema.Migrated.Tables.TryGetValue(name, out var known))
                {
                    rules.Problems.Add($"There is no table {name}.");
                }

                tables.Add(new(named.Alias?.Value ?? name, [.. (known ?? []).Select(column => column.Name)]));
                break;
            case QueryDerivedTable derived:
                // Of its neighbours it knows nothing, of the queries around it everything.
                tables.Add(new(derived.Alias.Value, Named(derived.Alias.Value, rules.Look(derived.QueryExpression, outer, depth + 1))));
                break;
            case InlineDerivedTable values:
                values.RowValues.ToList().ForEach(row => rules.Look(row, outer, depth));
                if (values.RowValues.Any(row => row.ColumnValues.Count != values.Columns.Count))
                {
                    rules.Problems.Add($"VALUES {values.Alias.Value} has other columns than it names.");
                }

                tables.Add(new(values.Alias.Value, [.. values.Columns.Select(column => column.Value)]));
                break;
            case OpenJsonTableReference json:
                rules.Look(json.Variable, outer, depth);
                tables.Add(new(json.Alias.Value, ["key", "value", "type"]));
                break;
            default:
                rules.Problems.Add($"{table.GetType().Name} is no table that is known here.");
                break;
        }
    }

    private List<string> Named(string alias, IReadOnlyList<string?> columns)
    {
        if (columns.Contains(null))
        {
            rules.Problems.Add($"A column of {alias} has no name.");
        }

        foreach (var same in columns.GroupBy(column => column).Where(same => same.Count() > 1))
        {
            rules.Problems.Add($"{alias} has the column {same.Key} twice.");
        }

        return [.. columns.OfType<string>()];
    }

    private IEnumerable<string?> Columns(SelectElement element, ServerScope scope)
    {
        switch (element)
        {
            case SelectStarExpression star:
                var alias = star.Qualifier?.Identifiers[^1].Value;
                var meant = tables.Where(table => alias is null || table.Alias == alias).ToList();
                if (meant.Count == 0)
                {
                    rules.Problems.Add($"{alias}.* is of no table.");
                }

                return meant.SelectMany(table => table.Columns);
            case SelectScalarExpression one:
                rules.Look(one.Expression, scope, depth);
                return [one.ColumnName?.Value ?? (one.Expression is ColumnReferenceExpression name ? ServerRules.NameOf(name) : null)];
            default:
                rules.Problems.Add($"{element.GetType().Name} is no column that is known here.");
                return [];
        }
    }

    private void Order(List<string?> columns, ServerScope scope)
    {
        var items = query.OrderByClause?.OrderByElements ?? [];
        foreach (var item in items)
        {
            var isColumn = item.Expression is ColumnReferenceExpression { MultiPartIdentifier.Identifiers.Count: 1 } name
                && columns.Contains(ServerRules.NameOf(name));
            if (!isColumn && item.Expression is not IntegerLiteral)
            {
                rules.Look(item.Expression, scope, depth);
                if (query.UniqueRowFilter == UniqueRowFilter.Distinct)
                {
                    rules.Problems.Add("ORDER BY of a DISTINCT by what is none of its columns.");
                }
            }
        }

        if (items.Select(item => Written(item.Expression)).Distinct().Count() != items.Count)
        {
            rules.Problems.Add("ORDER BY has something twice.");
        }
    }

    /// <summary>Beside what is counted stands only what it is counted by.</summary>
    private void Group(ServerScope scope)
    {
        foreach (var where in new TSqlFragment?[] { query.WhereClause, query.GroupByClause }.OfType<TSqlFragment>())
        {
            if (Loose.Of(where, scope).HasAggregate)
            {
                rules.Problems.Add("Something is counted in WHERE or GROUP BY.");
            }
        }

        var made = query.SelectElements.Cast<TSqlFragment>().Concat(query.OrderByClause?.OrderByElements ?? []).Append(query.HavingClause)
            .OfType<TSqlFragment>().Select(fragment => Loose.Of(fragment, scope)).ToList();
        var groups = new List<string>();
        foreach (var item in query.GroupByClause?.GroupingSpecifications ?? [])
        {
            if (item is ExpressionGroupingSpecification { Expression: ColumnReferenceExpression column })
            {
                rules.Look(column, scope, depth);
                groups.Add(Written(column));
            }
            else
            {
                rules.Problems.Add("GROUP BY by what is no column.");
            }
        }

        if (query.GroupByClause is not null || made.Any(one => one.HasAggregate))
        {
            foreach (var column in made.SelectMany(one => one.Columns).Where(column => !groups.Contains(column)))
            {
                rules.Problems.Add($"{column} is neither counted nor counted by.");
            }
        }
    }

    private static string Written(TSqlFragment fragment) => string.Concat(
        fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1)
            .Select(token => token.Text));

    /// <summary>The query's own columns that stand in no aggregate and no further query.</summary>
    private sealed class Loose(ServerScope scope) : TSqlFragmentVisitor
    {
        public bool HasAggregate { get; private set; }

        public List<string> Columns { get; } = [];

        public static Loose Of(TSqlFragment fragment, ServerScope scope)
        {
            var loose = new Loose(scope);
            fragment.Accept(loose);
            return loose;
        }

        public override void ExplicitVisit(ScalarSubquery node)
        {
        }

        public override void ExplicitVisit(FunctionCall node)
        {
            if (ServerExpressions.IsAggregate(node))
            {
                HasAggregate = true;
            }
            else
            {
                base.ExplicitVisit(node);
            }
        }

        public override void ExplicitVisit(ColumnReferenceExpression node)
        {
            if (node.ColumnType != ColumnType.Wildcard
                && scope.ProblemOf([.. node.MultiPartIdentifier.Identifiers.Select(part => part.Value)], out var isOwn) is null
                && isOwn)
            {
                Columns.Add(Written(node));
            }
        }
    }
}
