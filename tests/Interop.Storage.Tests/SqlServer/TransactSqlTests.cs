using System.Data;
using Interop.Storage.Dialects;
using Microsoft.Data.SqlClient;
using static Interop.Storage.Tests.Given;
using Policy = Interop.Sharing.Policy;
using Xunit;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>What of the dialect needs no server.</summary>
public sealed class TransactSqlTests
{
    private static SqlServerDialect Dialect => Spoken.SqlServer;

    [Theory]
    [InlineData("Server")]
    [InlineData("Server=a;Encrypt=perhaps;Password=told")]
    [InlineData("Host=a;Database=b")]
    public void A_setting_that_the_driver_does_not_understand_is_refused_without_quoting_it(string connection) => Assert.Equal(
        "has a connection string that SQL Server's driver does not understand.", DatabaseSetting.ObjectionTo("sqlserver:" + connection));

    [Fact]
    public void A_setting_for_a_server_is_one() => Assert.Null(
        DatabaseSetting.ObjectionTo("sqlserver:Server=db.city.example;Database=interop;User ID=interop;Password=a"));

    [Fact]
    public void A_database_that_was_made_otherwise_is_refused_with_what_mends_it()
    {
        Assert.Null(SqlServerDialect.ObjectionTo(SqlServerDialect.Collation, hasSnapshots: true, readsCommittedSnapshots: true));
        Assert.Equal(
            "The database is not as this program needs it. It must be made with COLLATE Latin1_General_100_BIN2_UTF8, which can't be "
                + "changed later. Run ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON. Run ALTER DATABASE CURRENT SET "
                + "READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE.",
            SqlServerDialect.ObjectionTo("SQL_Latin1_General_CP1_CI_AS", hasSnapshots: false, readsCommittedSnapshots: false));
    }

    /// <summary>A server that is not there is a fault of the machine, and quickly found.</summary>
    [Fact]
    public async Task A_server_that_is_out_of_reach_is_no_fault_of_ours()
    {
        var failure = await Assert.ThrowsAsync<SqlException>(
            () => ResourceStore.OpenAsync("sqlserver:Server=tcp:127.0.0.1,1;Database=a;Connect Timeout=5", CancellationToken.None));

        Assert.True(MachineFault.Is(failure), $"{failure.Number} of class {failure.Class}");
    }

    [Fact]
    public void Whole_numbers_of_any_width_are_read_and_texts_are_none()
    {
        using var table = new DataTable();
        foreach (var type in new[] { typeof(byte), typeof(short), typeof(int), typeof(long), typeof(string) })
        {
            table.Columns.Add(type.Name, type);
        }

        table.Rows.Add((byte)1, (short)2, 3, 4L, "5");
        using var reader = Dialect.Rows(table.CreateDataReader());
        reader.Read();

        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 4).Select(reader.GetInt64));
        Assert.Throws<InvalidCastException>(() => reader.GetInt64(4));
    }

    [Theory]
    [InlineData("a", SqlDbType.VarChar, 8000)]
    [InlineData(5L, SqlDbType.BigInt, 0)]
    [InlineData(0.5, SqlDbType.Float, 0)]
    [InlineData(new byte[] { 1 }, SqlDbType.VarBinary, -1)]
    public void A_value_has_the_type_and_size_of_its_kind(object value, SqlDbType type, int size)
    {
        var parameter = Bound(value);

        Assert.Equal((type, size, value), (parameter.SqlDbType, parameter.Size, parameter.Value));
    }

    [Fact]
    public void A_text_is_as_long_as_its_bytes()
    {
        Assert.Equal(8000, Bound(new string('\u00e9', 4000)).Size);
        Assert.Equal(-1, Bound(new string('\u00e9', 4001)).Size);
    }

    [Fact]
    public void Nothing_is_of_the_type_that_stands_for_it()
    {
        Assert.Equal((SqlDbType.VarChar, DBNull.Value), (Bound(DBNull.Value).SqlDbType, Bound(DBNull.Value).Value));
        Assert.Equal((SqlDbType.BigInt, DBNull.Value), (Bound(SqlNull.Number).SqlDbType, Bound(SqlNull.Number).Value));
    }

    /// <summary>No column holds what has no end; in the middle of it and a number that an index row can have is a number still.</summary>
    [Fact]
    public void What_has_no_end_is_beyond_all_that_has_one()
    {
        var (low, high) = ((double)Bound(double.NegativeInfinity).Value, (double)Bound(double.PositiveInfinity).Value);

        Assert.True(low < -1e150 && high > 1e150 && double.IsFinite(high + high) && (high + -1e150) / 2 > 1e150);
    }

    [Fact]
    public void The_trail_has_a_journal_of_its_own_beside_the_resources()
    {
        Assert.Equal(("schema_migration", "trail_migration"), (Dialect.JournalOf("sqlserver"), Dialect.JournalOf("audit-sqlserver")));
        Assert.All(
            new[] { "schema_migration", "trail_migration" },
            journal => ServerGrammar.Demand(Sql.In(dialect => dialect.MakeJournal(Sql.Name(journal))).Flatten(Dialect)));
    }

    /// <summary>A page of a thousand persons names them all, and what points at them is looked for in several places.</summary>
    [Theory]
    [InlineData("Patient?_count=1000&_revinclude=Encounter:patient")]
    [InlineData("Encounter?_count=1000&_include=Encounter:patient")]
    [InlineData("Patient?_id=IDS")]
    [InlineData("Encounter?patient=IDS")]
    public async Task A_statement_about_a_thousand_has_no_more_values_than_a_call_may_have(string query)
    {
        using var database = new SqliteDatabase();
        await using var store = await database.OpenAsync();
        var ids = Enumerable.Range(0, 1000).Select(number => $"p{number}").ToList();
        await store.PutAsync([.. ids.SelectMany(id => new[]
        {
            Resource($"Patient/{id}", id, 1), Resource($"Encounter/e{id}", id, 1, (1, Reference("patient", $"Patient/{id}"))),
        })]);
        await store.GrantAsync("p1", Grant("p1", Policy.Tier.Basic));
        await store.WriteAsync(session => session.ReplaceDefaults([Grant(null, Policy.Tier.Basic)]), CancellationToken.None);

        var page = await store.SearchAsync(query.Replace("IDS", string.Join(',', ids.Take(500)), StringComparison.Ordinal));

        Assert.NotEmpty(page.Matches);
    }

    /// <summary>Each step nests its query into the one before, and the server nests 32; of more than four the parser takes none.</summary>
    [Fact]
    public async Task The_longest_chain_nests_no_deeper_than_it_may()
    {
        using var database = new SqliteDatabase();
        await using var store = await database.OpenAsync();
        await store.WriteAsync(session => session.ReplaceDefaults([Grant(null, Policy.Tier.Basic)]), CancellationToken.None);
        var steps = string.Concat(Enumerable.Repeat("has-member:Observation.", 4));

        Assert.Empty((await store.SearchAsync($"Observation?{steps}code=x")).Matches);
    }

    private static SqlParameter Bound(object value)
    {
        var parameter = new SqlParameter();
        Dialect.Bind(parameter, value);
        return parameter;
    }
}
