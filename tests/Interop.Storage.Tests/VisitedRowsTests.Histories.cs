using Interop.Sharing.Policy;
using Interop.Storage.Read;
using Interop.Storage.Tests.SqlServer;
using static Interop.Storage.Tests.Given;
using Interop.Storage.Write;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>Histories of types visit no more than searches do, deleted resources included.</summary>
public sealed partial class VisitedRowsTests
{
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_history_visits_nothing_that_is_or_was_hidden(int seed, string who)
    {
        var sight = Sights[who];
        await using var pair = await Pair.BuildAsync(seed, sight);
        var versions = 0;
        foreach (var round in Enumerable.Range(0, 2))
        {
            foreach (var type in Criteria.Keys)
            {
                var (steps, shown, total) = pair.First.Histories(type, sight);
                Assert.Equal((type, round, pair.Second.Histories(type, sight)), (type, round, (steps, shown, total)));
                versions += shown;
            }

            await pair.DeleteSomeAsync();
        }

        Assert.True(who == "a stranger" || versions > 20, $"Only {versions} versions: nothing is compared.");
    }

    /// <summary>A database with what is hidden from a sight, and one without it.</summary>
    private sealed class Pair(SqliteDatabase told, SqliteDatabase without, Counting first, Counting second, Random random)
        : IAsyncDisposable
    {
        private IReadOnlyList<StoredWrite> writes = [];

        public Counting First => first;

        public Counting Second => second;

        public Random Random => random;

        /// <param name="isListing">Whether what the agreement opens is there for who names the person, and the sight names nobody.</param>
        public static async Task<Pair> BuildAsync(int seed, Sight sight, bool isListing = false)
        {
            var random = new Random(seed);
            var city = new PairedCity(seed, isListing ? new("", $" {string.Join(' ', Criteria.Keys)} ") : null);
            var listed = isListing ? city.Grants.Select(grant => grant.Subject).ToHashSet() : null;
            var writes = Told(city.Writes, random);
            using var withHidden = new SqliteDatabase();
            await using (var store = await withHidden.OpenAsync())
            {
                await FillAsync(store, writes, city);
                writes = await WithoutWhatLeadsToHiddenAsync(store, writes, sight, listed);
            }

            var (told, without) = (new SqliteDatabase(), new SqliteDatabase());
            await using (var store = await told.OpenAsync())
            {
                await FillAsync(store, writes, city);
                await using var other = await without.OpenAsync();
                await FillAsync(other, await SeenAsync(store, writes, sight, listed), city);
            }

            var parameters = ParametersOf(told);
            CloseRanges(told, parameters);
            CloseRanges(without, parameters);
            return new(told, without, await Counting.OpenAsync(told), await Counting.OpenAsync(without), random) { writes = writes };
        }

        /// <summary>The same in both, as far as it is there.</summary>
        public async Task DeleteSomeAsync()
        {
            foreach (var database in new[] { told, without })
            {
                await using var store = await database.OpenAsync();
                foreach (var (write, number) in writes.Select((write, number) => (write, number)))
                {
                    if (number % 3 == 0 && write.Key.Type is "Observation" or "Task")
                    {
                        await store.WriteAsync(
                            session => session.Delete(write.Key, write.Instant + 1_000_000_000 + number), CancellationToken.None);
                    }
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await first.DisposeAsync();
            await second.DisposeAsync();
            told.Dispose();
            without.Dispose();
        }
    }

    /// <summary>A connection that counts the steps of its statements.</summary>
    private sealed class Counting(Statements statements, ResourceRows rows) : IAsyncDisposable
    {
        private int steps;

        public static async Task<Counting> OpenAsync(Database database)
        {
            var dialect = new SpokenSqliteDialect(database.Setting["sqlite:".Length..]);
            var connection = await dialect.OpenAsync(readOnly: true, CancellationToken.None);
            var statements = new Statements(connection, dialect);
            var counting = new Counting(statements, new(statements));
            SQLitePCL.raw.sqlite3_progress_handler(
                ((SqliteConnection)connection).Handle,
                1,
                _ =>
                {
                    counting.steps++;
                    return 0;
                },
                null);
            return counting;
        }

        public (int Steps, int Matches) Search(string query, Sight sight)
        {
            var parsed = Query(query);
            rows.Search(parsed, sight); // prepares the statements
            steps = 0;
            var page = rows.Search(parsed, sight);
            return (steps, page.Matches.Count);
        }

        public (int Steps, int Rows) Measured(string type, string reference, IReadOnlyList<string> patients, string date, Sight sight)
        {
            rows.MeasuredOf(sight, type, reference, "Patient", patients, [], date); // prepares the statements
            steps = 0;
            var found = rows.MeasuredOf(sight, type, reference, "Patient", patients, [], date);
            return (steps, found.Count);
        }

        public (int Steps, int Versions, long? Total) Histories(string? type, Sight sight)
        {
            var query = new HistoryQuery(type, 50, null, null, null);
            rows.Histories(query, sight); // prepares the statements
            steps = 0;
            var page = rows.Histories(query, sight);
            return (steps, page.Versions.Count, page.Total);
        }

        public ValueTask DisposeAsync() => statements.DisposeAsync();
    }
}
