using Interop.Storage.Dialects;
using Interop.Storage.Read;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>
/// On a filled database the planner itself goes along indexes, also where nobody tells it not to read tables whole: what the searches of
/// the contract prepare is explained, statement by statement.
/// </summary>
public sealed class PostgresPlansTests
{
    private const int Copies = 100;

    [Fact]
    public async Task No_search_reads_a_table_whole()
    {
        using var database = new PostgresDatabase();
        await FillAsync(database);
        var dialect = new PostgresDialect(database.Setting["postgres:".Length..]);
        var explained = 0;
        foreach (var (who, sight) in VisitedRowsTests.Sights)
        {
            await using var statements = await Statements.OpenAsync(dialect, readOnly: true, CancellationToken.None);
            statements.ExecuteScript("SET enable_seqscan = on");
            var rows = new ResourceRows(statements);
            foreach (var question in ResourceStoreContract.Questions)
            {
                var separator = question.Contains('?', StringComparison.Ordinal) ? '&' : '?';
                rows.Search(Query(question), sight);
                rows.Search(Query($"{question}{separator}_count=2"), sight);
            }

            rows.See(Key("Patient/p1"), sight);
            rows.Visible([Key("Patient/p1"), Key("Encounter/p1-1")], sight);
            foreach (var (name, text, parameters) in statements.Query(
                $"SELECT name, statement, CARDINALITY(parameter_types) FROM pg_prepared_statements",
                reader => (reader.GetString(0), reader.GetString(1), reader.GetInt64(2))))
            {
                if (!text.Contains("FROM", StringComparison.Ordinal) || text.Contains("pg_prepared", StringComparison.Ordinal))
                {
                    continue;
                }

                var values = parameters == 0 ? string.Empty : $"({string.Join(", ", Enumerable.Repeat("NULL", (int)parameters))})";
                var plan = string.Join('\n', Explain(statements, $"EXPLAIN EXECUTE \"{name}\"{values}"));

                // Whether anything was ever granted to somebody, the first rows say as well as an index.
                var isWhole = PostgresDatabase.Tables.Where(table => table != "sharing_grant")
                    .Any(table => plan.Contains($"Seq Scan on {table}", StringComparison.Ordinal));
                Assert.False(isWhole, $"{who}\n{text}\n{plan}");
                explained++;
            }
        }

        await dialect.CloseAsync();
        Assert.True(explained > 500, $"Only {explained} statements were explained.");
    }

    [Fact]
    public async Task A_new_database_goes_along_indexes_from_its_first_row()
    {
        using var database = new PostgresDatabase();
        await using var store = await database.OpenAsync();
        var dialect = new PostgresDialect(database.Setting["postgres:".Length..]);
        await using var statements = await Statements.OpenAsync(dialect, readOnly: true, CancellationToken.None);
        var rows = new ResourceRows(statements);

        rows.Search(Query("Patient?family=a&_sort=birthdate"), Owner());

        var plans = statements.Query(
            $"SELECT name, CARDINALITY(parameter_types) FROM pg_prepared_statements WHERE statement LIKE {"%index_string%"}",
            reader => (Name: reader.GetString(0), Parameters: (int)reader.GetInt64(1)))
            .ConvertAll(prepared => string.Join('\n', Explain(
                statements, $"EXPLAIN EXECUTE \"{prepared.Name}\"({string.Join(", ", Enumerable.Repeat("NULL", prepared.Parameters))})")));
        Assert.NotEmpty(plans);
        Assert.All(plans, plan => Assert.DoesNotContain("Seq Scan on index_", plan, StringComparison.Ordinal));
        await dialect.CloseAsync();
    }

    /// <summary>Raw: a name is no value.</summary>
    private static List<string> Explain(Statements statements, string text)
    {
        var sql = new Sql(text.Length, 0);
        sql.AppendLiteral(text);
        return statements.Query(sql, reader => reader.GetString(0));
    }

    /// <summary>A city, and many more like it that others keep: as many rows as make a table worth an index.</summary>
    private static async Task FillAsync(PostgresDatabase database)
    {
        var city = new PairedCity(1);
        await using (var store = await database.OpenAsync())
        {
            await store.PutAsync([.. city.Writes]);
            await store.WriteAsync(
                session => session.ReplaceDefaults(city.Grants.Where(grant => grant.Subject is null)), CancellationToken.None);
            foreach (var patient in city.Grants.Where(grant => grant.Subject is not null).GroupBy(grant => grant.Subject!))
            {
                await store.GrantAsync(patient.Key, [.. patient]);
            }
        }

        database.Crowd(Copies);
    }
}
