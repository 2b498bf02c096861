using Interop.Storage.Migrations;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>The tables that the migrations for SQL Server make, read from the migrations themselves.</summary>
internal sealed class ServerSchema
{
    private ServerSchema(IEnumerable<TSqlStatement> statements)
    {
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case CreateTableStatement table:
                    Tables.Add(table.SchemaObjectName.BaseIdentifier.Value, Columns(table.Definition));
                    Keys.AddRange(KeysOf(table));
                    break;
                case CreateIndexStatement index:
                    Keys.Add(KeyOf(index));
                    break;
                default:
                    Others.Add(statement);
                    break;
            }
        }
    }

    /// <summary>Of all files, with the tables of the database itself that the dialect asks.</summary>
    public static ServerSchema Migrated { get; } = new(ServerGrammar.Parse(
        string.Join('\n', new[] { "sqlserver", "audit-sqlserver" }.SelectMany(SchemaMigration.Texts))));

    public Dictionary<string, IReadOnlyList<ServerColumn>> Tables { get; } = new(StringComparer.Ordinal)
    {
        ["schema_migration"] = Journal,
        ["trail_migration"] = Journal,
    };

    public List<ServerKey> Keys { get; } = [];

    /// <summary>What the files do besides making tables and indexes.</summary>
    public List<TSqlStatement> Others { get; } = [];

    private static IReadOnlyList<ServerColumn> Journal =>
        [new("number", "INT", 4, IsNull: false, IsGiven: true), new("name", "VARCHAR", 200, IsNull: false, IsGiven: true)];

    private static List<ServerColumn> Columns(TableDefinition definition) => definition.ColumnDefinitions.Select(column =>
    {
        var type = (SqlDataTypeReference)column.DataType;
        var length = type.Parameters.FirstOrDefault();
        var name = type.SqlDataTypeOption.ToString().ToUpperInvariant();
        var isNull = column.Constraints.OfType<NullableConstraintDefinition>().FirstOrDefault()?.Nullable ?? column.IdentityOptions is null;
        return new ServerColumn(
            column.ColumnIdentifier.Value,
            name,
            length switch
            {
                MaxLiteral => int.MaxValue,
                { } literal => int.Parse(literal.Value, System.Globalization.CultureInfo.InvariantCulture),
                null => name switch { "BIGINT" or "FLOAT" => 8, "INT" => 4, "SMALLINT" => 2, _ => int.MaxValue },
            },
            isNull,
            IsGiven: !isNull && column.DefaultConstraint is null && column.IdentityOptions is null)
        {
            IsCounted = column.IdentityOptions is not null,
        };
    }).ToList();

    private static IEnumerable<ServerKey> KeysOf(CreateTableStatement table)
    {
        var name = table.SchemaObjectName.BaseIdentifier.Value;
        return table.Definition.TableConstraints.OfType<UniqueConstraintDefinition>()
            .Select(key => new ServerKey(name, $"the key of {name}", Names(key.Columns), IsOrder: true, []))
            .Concat(table.Definition.ColumnDefinitions
                .Where(column => column.Constraints.OfType<UniqueConstraintDefinition>().Any())
                .Select(column => new ServerKey(name, $"the key of {name}", [column.ColumnIdentifier.Value], IsOrder: true, [])));
    }

    private static ServerKey KeyOf(CreateIndexStatement index) => new(
        index.OnName.BaseIdentifier.Value,
        index.Name.Value,
        Names(index.Columns),
        IsOrder: index.Clustered == true,
        [.. index.IncludeColumns.Select(column => column.MultiPartIdentifier.Identifiers[^1].Value)])
    {
        Filter = index.FilterPredicate,
    };

    private static List<string> Names(IEnumerable<ColumnWithSortOrder> columns) =>
        [.. columns.Select(column => column.Column.MultiPartIdentifier.Identifiers[^1].Value)];
}

/// <param name="Bytes">That it takes at most.</param>
/// <param name="IsGiven">Whether a row must say it: it is neither null nor made by the database.</param>
internal sealed record ServerColumn(string Name, string Type, int Bytes, bool IsNull, bool IsGiven)
{
    /// <summary>Whether the database counts it up.</summary>
    public bool IsCounted { get; init; }
}

/// <param name="IsOrder">Whether the table's rows lie in its order.</param>
/// <param name="Included">Columns that are there without being part of the key.</param>
internal sealed record ServerKey(string Table, string Name, IReadOnlyList<string> Columns, bool IsOrder, IReadOnlyList<string> Included)
{
    public BooleanExpression? Filter { get; init; }
}
