using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>
/// What the other tests rely on: that what SQL Server refuses is found. On SQLite and PostgreSQL they hold every statement against it.
/// </summary>
public sealed class ServerGrammarTests
{
    [Theory]
    [InlineData("SELECT r.key FROM resource r", "Incorrect syntax near 'key'")]
    [InlineData("SELECT id FROM resource LIMIT 1", "Incorrect syntax")]
    [InlineData("SELECT version = 1 FROM resource WHERE deleted", "Incorrect syntax")]
    [InlineData("SELECT EXISTS (SELECT 1 FROM party)", "Incorrect syntax")]
    [InlineData("SELECT 1 FROM resource WHERE COALESCE(version = 1, 1 = 0)", "Incorrect syntax")]
    [InlineData("SELECT 1 FROM resource WHERE (version, tier) > (1, 2)", "Incorrect syntax")]
    [InlineData("INSERT INTO setting (name, value) VALUES ('a', 'b') ON CONFLICT DO NOTHING", "Incorrect syntax")]
    [InlineData("INSERT INTO setting (name, value) VALUES ('a', 'b') RETURNING name", "Incorrect syntax")]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT 1) SELECT i FROM n", "Incorrect syntax")]
    [InlineData("SELECT 1 FROM (SELECT id FROM resource ORDER BY id) a", "The ORDER BY clause is not valid in")]
    [InlineData("CREATE TABLE IF NOT EXISTS a (b INT)", "Incorrect syntax")]
    public void What_is_no_language_of_the_server_does_not_parse(string statement, string problem) =>
        Assert.Contains(problem, ServerGrammar.ProblemsOf(statement), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT id FROM resources", "There is no table resources.")]
    [InlineData("SELECT r.name FROM resource r", "r has no column name.")]
    [InlineData("SELECT x.id FROM resource r", "There is no x.id.")]
    [InlineData("SELECT id FROM resource WHERE Version = 1", "There is no Version.")]
    [InlineData("SELECT version FROM resource r JOIN resource_version o ON o.resource = r.[key]", "version is the name of several.")]
    [InlineData("SELECT 1 FROM party p CROSS JOIN party p", "Two tables of one query are called p.")]
    [InlineData("SELECT s.a FROM resource r CROSS JOIN (SELECT r.tier AS a) s", "There is no r.tier.")]
    [InlineData("SELECT 1 FROM (SELECT 1) a", "A column of a has no name.")]
    [InlineData("SELECT 1 FROM (SELECT id, id FROM resource) a", "a has the column id twice.")]
    [InlineData("SELECT id FROM resource UNION SELECT id FROM resource ORDER BY version",
        "ORDER BY of a UNION by what is none of its columns.")]
    [InlineData("SELECT id FROM resource UNION ALL SELECT id, type FROM resource", "UNION of queries with different numbers of columns.")]
    [InlineData("SELECT DISTINCT id FROM resource ORDER BY version", "ORDER BY of a DISTINCT by what is none of its columns.")]
    [InlineData("SELECT id FROM resource ORDER BY id, id", "ORDER BY has something twice.")]
    [InlineData("SELECT id, COUNT(*) FROM resource", "id is neither counted nor counted by.")]
    [InlineData("SELECT id, type, MAX(tier) FROM resource GROUP BY id", "type is neither counted nor counted by.")]
    [InlineData("SELECT MAX(tier) FROM resource GROUP BY 1", "GROUP BY by what is no column.")]
    [InlineData("SELECT 1 FROM resource WHERE MAX(tier) = 1", "Something is counted in WHERE or GROUP BY.")]
    [InlineData("SELECT MAX((SELECT 1)) FROM resource", "MAX of a query.")]
    [InlineData("SELECT MAX(MIN(tier)) FROM resource", "MIN of MAX.")]
    [InlineData("SELECT (SELECT MAX(r.tier) FROM party) FROM resource r", "MAX of r.tier, which is of a query around it.")]
    [InlineData("SELECT 1 FROM resource WHERE [key] IN (SELECT resource, version FROM resource_version)",
        "A query that stands for a value has not one column.")]
    [InlineData("SELECT json_extract(caller, '$.a') FROM subscription_channel", "json_extract is no function that is known here.")]
    [InlineData("SELECT 1 FROM resource WHERE id = N'a'", "N'a' is wide text, and all columns are not.")]
    [InlineData("SELECT CAST(id AS NVARCHAR(10)) FROM resource", "NVarChar is wide text, and all columns are not.")]
    [InlineData("SELECT 1 FROM resource WHERE id = @p0", "@p0 is not declared.")]
    [InlineData("SELECT 1 WHERE @taken >= 0", "@taken is not declared.")]
    [InlineData("INSERT INTO setting (name, value) VALUES ('a')", "INSERT of 2 columns with 1 values.")]
    [InlineData("INSERT INTO setting (name) VALUES ('a')", "INSERT without value, which is not null.")]
    [InlineData("INSERT INTO setting (name, value) SELECT id FROM resource", "INSERT of 2 columns with 1 values.")]
    [InlineData("INSERT INTO setting (name, name, value) VALUES ('a', 'a', 'b')", "INSERT with a column twice.")]
    [InlineData("INSERT INTO outbox (number, kind, target, due, detail) VALUES (1, '', '', 1, '')",
        "INSERT with number, which the database counts.")]
    [InlineData("UPDATE setting SET text = 'a'", "There is no text.")]
    [InlineData("UPDATE outbox SET number = 1", "UPDATE of number, which the database counts.")]
    [InlineData("DELETE FROM setting WHERE names = 'a'", "There is no names.")]
    [InlineData("SELECT id || type FROM resource", "Concat is no operator of 2022.")]
    [InlineData("SAVEPOINT work", "ExecuteStatement is no statement that is known here.")]
    [InlineData("TRUNCATE TABLE setting", "TruncateTableStatement is no statement that is known here.")]
    [InlineData("SELECT b.tier FROM index_token a CROSS APPLY (SELECT a.tier AS tier) b",
        "UnqualifiedJoin is no table that is known here.")]
    public void What_parses_and_is_refused_is_found(string statement, string problem) =>
        Assert.Contains(problem, ServerGrammar.ProblemsOf(statement).Split('\n'));

    [Fact]
    public void What_nests_too_deep_or_has_too_many_values_is_found()
    {
        var (deep, cases) = ("1", "1");
        for (var level = 0; level < 33; level++)
        {
            deep = $"(SELECT {deep})";
        }

        for (var level = 0; level < 11; level++)
        {
            cases = $"CASE WHEN 1 = 1 THEN {cases} ELSE 0 END";
        }

        Assert.Equal("Queries nest deeper than 32.", ServerGrammar.ProblemsOf($"SELECT {deep}"));
        Assert.Equal("CASE nests deeper than 10.", ServerGrammar.ProblemsOf($"SELECT {cases}"));
        Assert.Equal("2099 parameters are more than 2098.", ServerGrammar.ProblemsOf("SELECT 1", 2099));
    }

    [Theory]
    [InlineData("SELECT r.id FROM resource r WHERE EXISTS (SELECT 1 FROM (SELECT r.tier AS seen) s WHERE s.seen > 0)")]
    [InlineData("SELECT measure, '', COUNT(*), COUNT(DISTINCT person) FROM measure_case GROUP BY measure")]
    [InlineData("SELECT subject FROM sharing_grant UNION SELECT patient FROM emergency ORDER BY 1")]
    [InlineData("SELECT n.column1 FROM (VALUES ('a'), ('b')) n (column1)")]
    [InlineData("SELECT 1 FROM sharing_grant ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY")]
    public void What_the_server_takes_is_taken(string statement) => Assert.Empty(ServerGrammar.ProblemsOf(statement));

    /// <summary>Every statement of a store that writes, searches and reads is looked at, and they are many.</summary>
    [Fact]
    public async Task All_statements_of_a_store_are_looked_at()
    {
        using var database = new SqliteDatabase();
        await using var store = await database.OpenAsync();
        await store.PutAsync(Resource("Patient/p", "p", 1, (1, Token("gender", "male"))));
        await store.IdsAsync("Patient?gender=male&_sort=birthdate");
        await store.SeeAsync("Patient/p");

        Assert.True(ServerGrammar.Seen > 50, $"Only {ServerGrammar.Seen} statements were looked at.");
        Assert.Equal(
            "SELECT 1 FROM [key] + 'a'", Spoken.SqlServer.Spelled("SELECT 1 FROM key || 'a'"));
    }
}
