using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>Walks a value or a condition: its names, its functions, and the queries in it.</summary>
internal sealed class ServerExpressions(ServerRules rules, ServerScope? scope, int depth) : TSqlFragmentVisitor
{
    private const int MostCases = 10;

    private static readonly string[] Aggregates = ["COUNT", "MAX", "MIN", "SUM", "STRING_AGG"];

    // What is called, and the server has.
    private static readonly string[] Functions =
        [.. Aggregates, "REPLACE", "ISNULL", "LEAD", "ROW_NUMBER", "STRING_ESCAPE", "OBJECT_ID", "DB_ID"];

    private static readonly BinaryExpressionType[] Operators =
    [
        BinaryExpressionType.Add, BinaryExpressionType.Subtract, BinaryExpressionType.Multiply, BinaryExpressionType.Divide,
        BinaryExpressionType.BitwiseAnd, BinaryExpressionType.BitwiseOr,
    ];

    private int cases;
    private FunctionCall? aggregate;

    public static bool IsAggregate(FunctionCall call) =>
        call.OverClause is null && Aggregates.Contains(call.FunctionName.Value.ToUpperInvariant());

    public override void ExplicitVisit(ColumnReferenceExpression node)
    {
        if (node.ColumnType == ColumnType.Wildcard)
        {
            return;
        }

        var name = node.MultiPartIdentifier.Identifiers.Select(part => part.Value).ToList();
        var isOwn = false;
        var problem = scope is null ? $"There is no {string.Join('.', name)}." : scope.ProblemOf(name, out isOwn);
        if (problem is not null)
        {
            rules.Problems.Add(problem);
        }
        else if (aggregate is not null && !isOwn)
        {
            rules.Problems.Add($"{aggregate.FunctionName.Value} of {string.Join('.', name)}, which is of a query around it.");
        }
    }

    public override void ExplicitVisit(VariableReference node) => rules.Declared(node.Name);

    public override void ExplicitVisit(ScalarSubquery node)
    {
        if (Inner(node).Count != 1)
        {
            rules.Problems.Add("A query that stands for a value has not one column.");
        }
    }

    public override void ExplicitVisit(ExistsPredicate node) => Inner(node.Subquery);

    public override void ExplicitVisit(FunctionCall node)
    {
        if (!Functions.Contains(node.FunctionName.Value.ToUpperInvariant()))
        {
            rules.Problems.Add($"{node.FunctionName.Value} is no function that is known here.");
        }

        if (!IsAggregate(node))
        {
            base.ExplicitVisit(node);
            return;
        }

        if (aggregate is not null)
        {
            rules.Problems.Add($"{node.FunctionName.Value} of {aggregate.FunctionName.Value}.");
        }

        (var around, aggregate) = (aggregate, node);
        base.ExplicitVisit(node);
        aggregate = around;
    }

    public override void ExplicitVisit(SearchedCaseExpression node)
    {
        Nested();
        base.ExplicitVisit(node);
        cases--;
    }

    public override void ExplicitVisit(SimpleCaseExpression node)
    {
        Nested();
        base.ExplicitVisit(node);
        cases--;
    }

    /// <summary>The server writes it as a CASE.</summary>
    public override void ExplicitVisit(CoalesceExpression node)
    {
        Nested();
        base.ExplicitVisit(node);
        cases--;
    }

    /// <summary>The grammar takes what a later version alone understands.</summary>
    public override void Visit(BinaryExpression node)
    {
        if (!Operators.Contains(node.BinaryExpressionType))
        {
            rules.Problems.Add($"{node.BinaryExpressionType} is no operator of 2022.");
        }
    }

    public override void Visit(StringLiteral node) => NoWideText(node.IsNational, $"N'{node.Value}'");

    public override void Visit(SqlDataTypeReference node) => NoWideText(
        node.SqlDataTypeOption is SqlDataTypeOption.NVarChar or SqlDataTypeOption.NChar or SqlDataTypeOption.NText,
        node.SqlDataTypeOption.ToString());

    private void Nested()
    {
        if (++cases > MostCases)
        {
            rules.Problems.Add($"CASE nests deeper than {MostCases}.");
        }
    }

    /// <summary>Wide text beside a column makes the server convert the column: no index leads there any more.</summary>
    private void NoWideText(bool isWide, string what)
    {
        if (isWide && scope?.Tables is not [{ Columns: ["key", "value", "type"] }])
        {
            rules.Problems.Add($"{what} is wide text, and all columns are not.");
        }
    }

    private IReadOnlyList<string?> Inner(ScalarSubquery node)
    {
        if (aggregate is not null)
        {
            rules.Problems.Add($"{aggregate.FunctionName.Value} of a query.");
        }

        return rules.Look(node.QueryExpression, scope, depth + 1);
    }
}
