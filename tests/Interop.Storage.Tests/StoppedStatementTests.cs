using Interop.Storage.Dialects;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>A statement that nobody waits for any more is given up by the database itself, and its connection goes on.</summary>
public sealed class StoppedStatementTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_statement_without_end_ends_with_its_token(bool readOnly)
    {
        var dialect = new SqliteDialect(":memory:");
        await using var statements = await Statements.OpenAsync(dialect, readOnly, CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        statements.StopAt(WorkLimit.None, patience.Token);

        Assert.Throws<OperationCanceledException>(() => statements.Number(
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"));

        statements.GoOn();
        Assert.Equal(1000, statements.Number(
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT COUNT(*) FROM n"));
        await dialect.CloseAsync();
    }

    [Fact]
    public async Task A_snapshot_that_asks_for_too_much_work_is_told_the_limit()
    {
        var dialect = new SqliteDialect(":memory:");
        await using var statements = await Statements.OpenAsync(dialect, readOnly: true, CancellationToken.None);
        statements.StopAt(WorkLimit.None with { Steps = 100_000 }, CancellationToken.None);

        var refused = Assert.Throws<TooCostlyException>(() => statements.Number(
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"));

        Assert.Contains("100000 steps", refused.Message, StringComparison.Ordinal);
        statements.StopAt(WorkLimit.None with { Steps = 100_000 }, CancellationToken.None);
        Assert.Equal(1000, statements.Number(
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT COUNT(*) FROM n"));
        await dialect.CloseAsync();
    }
}
