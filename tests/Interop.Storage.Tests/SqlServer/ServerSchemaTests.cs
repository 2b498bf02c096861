using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>The tables for SQL Server are those of the other databases, within what it allows.</summary>
public sealed class ServerSchemaTests
{
    // Bytes of a key by which something is found, and of one in whose order rows lie.
    private const int MostOfKey = 1700;
    private const int MostOfOrder = 900;

    private static readonly string[] OnlyThere = ["last_writer", "trail_migration"];

    // A trail in a file of its own, and what that took over from the resources once.
    private static readonly string[] OnlySqlite = ["taken", "audit_before", "sqlite_sequence", "sqlite_stat1", "sqlite_stat4"];

    private static ServerSchema Schema => ServerSchema.Migrated;

    [Fact]
    public async Task All_tables_and_columns_are_there()
    {
        using var database = new SqliteDatabase();
        await (await database.OpenAsync()).DisposeAsync();

        var expected = database.Columns().Where(column => !OnlySqlite.Contains(column.Table)).ToHashSet();
        var found = Schema.Tables.Where(table => !OnlyThere.Contains(table.Key))
            .SelectMany(table => table.Value.Select(column => (table.Key, column.Name, column.IsNull))).ToHashSet();

        Assert.Empty(expected.Except(found));
        Assert.Empty(found.Except(expected));
    }

    [Fact]
    public void Keys_are_of_columns_that_are_there_and_no_longer_than_they_may_be()
    {
        Assert.NotEmpty(Schema.Keys);
        foreach (var key in Schema.Keys)
        {
            var columns = Schema.Tables[key.Table];
            var bytes = key.Columns.Sum(name => (long)columns.Single(column => column.Name == name).Bytes);
            Assert.True(bytes <= (key.IsOrder ? MostOfOrder : MostOfKey), $"{key.Name} has up to {bytes} bytes.");
            Assert.All(key.Included, name => Assert.Contains(columns, column => column.Name == name));
            Assert.Empty(key.Columns.Intersect(key.Included));
        }

        Assert.Equal(
            Schema.Keys.Count(key => !key.Name.StartsWith("the key", StringComparison.Ordinal)),
            Schema.Keys.Select(key => key.Name).Where(name => !name.StartsWith("the key", StringComparison.Ordinal)).Distinct().Count());
    }

    /// <summary>A filter compares a column with a literal, or with nothing; of several such all hold.</summary>
    [Fact]
    public void Filters_of_indexes_are_as_plain_as_they_must_be()
    {
        foreach (var key in Schema.Keys.Where(key => key.Filter is not null))
        {
            string[] columns = [.. Schema.Tables[key.Table].Select(column => column.Name)];
            Assert.True(IsPlain(key.Filter!, columns), $"{key.Name} has another filter.");
        }
    }

    /// <summary>Of one collation, the database's: text in two of them is not compared.</summary>
    [Fact]
    public void No_column_has_a_collation_or_a_text_of_its_own()
    {
        Assert.Equal(
            ["BIGINT", "FLOAT", "INT", "SMALLINT", "VARBINARY", "VARCHAR"],
            Schema.Tables.Values.SelectMany(columns => columns).Select(column => column.Type).Distinct().Order());
        Assert.DoesNotContain(
            "COLLATE",
            string.Concat(Migrations.SchemaMigration.Texts("sqlserver").Concat(Migrations.SchemaMigration.Texts("audit-sqlserver"))),
            StringComparison.OrdinalIgnoreCase);
        Assert.Equal("InsertStatement", Assert.Single(Schema.Others).GetType().Name);
    }

    private static bool IsPlain(BooleanExpression filter, string[] columns) => filter switch
    {
        BooleanBinaryExpression { BinaryExpressionType: BooleanBinaryExpressionType.And } both =>
            IsPlain(both.FirstExpression, columns) && IsPlain(both.SecondExpression, columns),
        BooleanComparisonExpression { FirstExpression: ColumnReferenceExpression column, SecondExpression: Literal } =>
            columns.Contains(ServerRules.NameOf(column)),
        BooleanIsNullExpression { Expression: ColumnReferenceExpression column } => columns.Contains(ServerRules.NameOf(column)),
        _ => false,
    };
}
