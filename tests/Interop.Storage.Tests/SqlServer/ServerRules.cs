using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>What the server refuses although it parses: statement by statement, with the names of the migrated tables.</summary>
internal sealed class ServerRules
{
    // Beyond these it gives up a statement (https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server).
    private const int MostValues = 2098;
    private const int MostQueries = 32;
    private const int MostRows = 1000;

    private readonly HashSet<string> declared = [];

    private ServerRules(int values)
    {
        for (var number = 0; number < values; number++)
        {
            declared.Add($"@p{number}");
        }
    }

    public List<string> Problems { get; } = [];

    public static IEnumerable<string> ProblemsOf(IReadOnlyList<TSqlStatement> statements, int values)
    {
        var rules = new ServerRules(values);
        if (values > MostValues)
        {
            rules.Problems.Add($"{values} parameters are more than {MostValues}.");
        }

        foreach (var statement in statements)
        {
            rules.Look(statement);
        }

        return rules.Problems.Distinct();
    }

    /// <summary>A value or a condition where these tables are.</summary>
    public void Look(TSqlFragment? fragment, ServerScope? scope, int depth)
    {
        if (fragment is not null)
        {
            fragment.Accept(new ServerExpressions(this, scope, depth));
        }
    }

    public void Declared(string name)
    {
        if (!declared.Contains(name))
        {
            Problems.Add($"{name} is not declared.");
        }
    }

    /// <summary>The names of its columns, null for one without.</summary>
    /// <param name="outer">What of statements around it can be named.</param>
    public IReadOnlyList<string?> Look(QueryExpression query, ServerScope? outer, int depth)
    {
        if (depth > MostQueries)
        {
            Problems.Add($"Queries nest deeper than {MostQueries}.");
        }

        switch (query)
        {
            case QueryParenthesisExpression inner:
                return Look(inner.QueryExpression, outer, depth);
            case BinaryQueryExpression both:
                var columns = Look(both.FirstQueryExpression, outer, depth);
                if (Look(both.SecondQueryExpression, outer, depth).Count != columns.Count)
                {
                    Problems.Add("UNION of queries with different numbers of columns.");
                }

                foreach (var item in both.OrderByClause?.OrderByElements ?? [])
                {
                    if (item.Expression is not IntegerLiteral
                        && (item.Expression is not ColumnReferenceExpression name || !columns.Contains(NameOf(name))))
                    {
                        Problems.Add("ORDER BY of a UNION by what is none of its columns.");
                    }
                }

                return columns;
            case QuerySpecification one:
                return new ServerQuery(this, one, outer, depth).Look();
            default:
                Problems.Add($"{query.GetType().Name} is no query that is known here.");
                return [];
        }
    }

    public static string NameOf(ColumnReferenceExpression column) => column.MultiPartIdentifier.Identifiers[^1].Value;

    private void Look(TSqlStatement statement)
    {
        switch (statement)
        {
            case SelectStatement select:
                Look(select.QueryExpression, null, 1);
                break;
            case InsertStatement insert:
                Look(insert.InsertSpecification);
                break;
            case UpdateStatement update:
                Look(update.UpdateSpecification);
                break;
            case DeleteStatement delete:
                Look(delete.DeleteSpecification.WhereClause, ScopeOf(delete.DeleteSpecification.Target), 1);
                break;
            case IfStatement either:
                Look(either.Predicate, null, 1);
                Look(either.ThenStatement);
                break;
            case BeginEndBlockStatement block:
                block.StatementList.Statements.ToList().ForEach(Look);
                break;
            case DeclareVariableStatement variables:
                declared.UnionWith(variables.Declarations.Select(variable => variable.VariableName.Value));
                break;
            case ExecuteStatement { ExecuteSpecification: { Variable: { } result, ExecutableEntity: ExecutableProcedureReference called } }
                when called.ProcedureReference.ProcedureReference.Name.BaseIdentifier.Value == "sp_getapplock":
                Declared(result.Name);
                break;
            case CreateTableStatement or ThrowStatement or TransactionStatement or SetTransactionIsolationLevelStatement:
                break;
            default:
                Problems.Add($"{statement.GetType().Name} is no statement that is known here.");
                break;
        }
    }

    private void Look(InsertSpecification insert)
    {
        var target = ScopeOf(insert.Target);
        var given = insert.Columns.Select(NameOf).ToList();
        insert.Columns.ToList().ForEach(column => Look(column, target, 1));
        foreach (var column in TableOf(insert.Target))
        {
            if (column.IsGiven && !given.Contains(column.Name))
            {
                Problems.Add($"INSERT without {column.Name}, which is not null.");
            }

            if (column.IsCounted && given.Contains(column.Name))
            {
                Problems.Add($"INSERT with {column.Name}, which the database counts.");
            }
        }

        Look(insert.OutputClause, Written(insert.Target), 1);
        if (given.Distinct().Count() != given.Count)
        {
            Problems.Add("INSERT with a column twice.");
        }

        var counts = insert.InsertSource switch
        {
            ValuesInsertSource values => values.RowValues.Select(row => row.ColumnValues.Count).ToList(),
            SelectInsertSource select => [Look(select.Select, null, 1).Count],
            _ => [],
        };
        if (counts.Count is 0 or > MostRows || counts.Any(count => count != given.Count))
        {
            Problems.Add($"INSERT of {given.Count} columns with {string.Join(", ", counts.Distinct())} values.");
        }

        if (insert.InsertSource is ValuesInsertSource literal)
        {
            Look(literal, null, 1);
        }
    }

    private void Look(UpdateSpecification update)
    {
        var target = ScopeOf(update.Target);
        foreach (var set in update.SetClauses.Cast<AssignmentSetClause>())
        {
            Look(set.Column, target, 1);
            Look(set.NewValue, target, 1);
            if (TableOf(update.Target).Any(column => column.IsCounted && column.Name == NameOf(set.Column)))
            {
                Problems.Add($"UPDATE of {NameOf(set.Column)}, which the database counts.");
            }
        }

        Look(update.WhereClause, target, 1);
        Look(update.OutputClause, Written(update.Target), 1);
    }

    private ServerScope ScopeOf(TableReference target) => new(null, [new(TableName(target), Names(target))]);

    /// <summary>What a statement gives of the rows that it has written.</summary>
    private ServerScope Written(TableReference target) => new(null, [new("inserted", Names(target))]);

    private List<string> Names(TableReference target) => [.. TableOf(target).Select(column => column.Name)];

    private IReadOnlyList<ServerColumn> TableOf(TableReference target)
    {
        if (ServerSchema.Migrated.Tables.TryGetValue(TableName(target), out var columns))
        {
            return columns;
        }

        Problems.Add($"There is no table {TableName(target)}.");
        return [];
    }

    private static string TableName(TableReference target) => ((NamedTableReference)target).SchemaObject.BaseIdentifier.Value;
}
