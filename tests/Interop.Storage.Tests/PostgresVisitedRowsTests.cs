using System.Text.Json;
using Interop.Sharing.Policy;
using Interop.Storage.Dialects;
using Interop.Storage.Read;
using static Interop.Storage.Tests.Given;
using Npgsql;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>
/// As <see cref="VisitedRowsTests"/>, with the rows that the scans of PostgreSQL's plans gave and left out: of each statement that ran,
/// auto_explain says them to the client. Its plans follow from statistics, which are not the same over two databases, so the rows are not
/// always, either: that a search passes by what is hidden would show all the same.
/// </summary>
public sealed class PostgresVisitedRowsTests
{
    private const int Queries = 60;

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            var seed = 1;
            foreach (var name in VisitedRowsTests.Sights.Keys)
            {
                cases.Add(seed++, name);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_hidden_is_not_walked_through(int seed, string who)
    {
        var sight = VisitedRowsTests.Sights[who];
        var random = new Random(seed);
        var city = new PairedCity(seed);
        var writes = VisitedRowsTests.Told(city.Writes, random);
        using var withHidden = new PostgresDatabase();
        using var told = new PostgresDatabase();
        using var withoutHidden = new PostgresDatabase();
        await using (var store = await withHidden.OpenAsync())
        {
            await VisitedRowsTests.FillAsync(store, writes, city);
            writes = await VisitedRowsTests.WithoutWhatLeadsToHiddenAsync(store, writes, sight);
        }

        await using (var store = await told.OpenAsync())
        {
            await VisitedRowsTests.FillAsync(store, writes, city);
            await using var other = await withoutHidden.OpenAsync();
            await VisitedRowsTests.FillAsync(other, await VisitedRowsTests.SeenAsync(store, writes, sight), city);
        }

        told.Crowd(40);
        withoutHidden.Crowd(40);
        await using var first = await Counting.OpenAsync(told);
        await using var second = await Counting.OpenAsync(withoutHidden);
        var (found, visited, visitedWithout) = (0, 0.0, 0.0);
        for (var number = 0; number < Queries; number++)
        {
            var query = VisitedRowsTests.Generated(random);
            var (rows, matches) = first.Search(query, sight);
            var (without, same) = second.Search(query, sight);
            Assert.Equal((query, same), (query, matches));
            found += matches;
            visited += rows;
            visitedWithout += without;
        }

        Assert.True(visitedWithout > 0, "Nothing was explained.");
        Assert.True(
            visited <= (1.25 * visitedWithout) + 100, $"{Queries} searches visit {visited} rows, {visitedWithout} without what is hidden.");
        Assert.True(who == "a stranger" || found > Queries / 4, $"Only {found} matches: these queries ask for nothing.");
    }

    /// <summary>A connection that counts the rows that its statements visit.</summary>
    private sealed class Counting : IAsyncDisposable
    {
        private readonly Statements statements;
        private readonly ResourceRows rows;
        private double visited;

        private Counting(NpgsqlConnection connection, PostgresDialect dialect)
        {
            statements = new(connection, dialect);
            rows = new(statements);
            connection.Notice += (_, notice) => Count(notice.Notice.MessageText);
            statements.ExecuteScript("""
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_analyze = on;
                SET auto_explain.log_timing = off;
                SET auto_explain.log_format = json;
                SET client_min_messages = log;
                """);
        }

        public static async Task<Counting> OpenAsync(PostgresDatabase database)
        {
            var dialect = new PostgresDialect(database.Setting["postgres:".Length..]);
            return new((NpgsqlConnection)await dialect.OpenAsync(readOnly: true, CancellationToken.None), dialect);
        }

        public (double Rows, int Matches) Search(string query, Sight sight)
        {
            visited = 0;
            var page = rows.Search(Query(query), sight);
            return (visited, page.Matches.Count);
        }

        public ValueTask DisposeAsync() => statements.DisposeAsync();

        private void Count(string message)
        {
            if (message.IndexOf('{', StringComparison.Ordinal) is var start and >= 0)
            {
                using var plan = JsonDocument.Parse(message[start..]);
                Count(plan.RootElement.GetProperty("Plan"));
            }
        }

        private void Count(JsonElement node)
        {
            if (node.GetProperty("Node Type").GetString()!.EndsWith("Scan", StringComparison.Ordinal))
            {
                string[] names = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"];
                visited += names.Sum(name => Number(node, name)) * Number(node, "Actual Loops");
            }

            if (node.TryGetProperty("Plans", out var plans))
            {
                foreach (var inner in plans.EnumerateArray())
                {
                    Count(inner);
                }
            }
        }

        private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
    }
}
