namespace Interop.SmallCells.Tests;

/// <summary>What is small is neither shown nor worked out, from one report or from several.</summary>
public sealed class SuppressionTests
{
    private static readonly Protection Rule = new();

    [Fact]
    public void A_small_count_takes_another_with_it_in_its_row_and_in_its_column()
    {
        var tables = new CountTables();
        var numbers = tables.AddCross(new long[,] { { 3, 40, 50 }, { 60, 30, 70 }, { 80, 90, 20 } });

        var masked = CellSuppression.Masked(tables, Rule);

        Assert.Contains(numbers[0, 0], masked);
        Assert.Equal(4, masked.Count);
        Assert.DoesNotContain(numbers[3, 3], masked);
        AttackerTests.Holds(tables, masked, Rule);
    }

    [Fact]
    public void Where_nothing_is_small_all_is_shown_and_zero_is_no_small_count()
    {
        var tables = new CountTables();
        tables.AddCross(new long[,] { { 0, 40 }, { 60, 11 } });

        Assert.Empty(CellSuppression.Masked(tables, Rule));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void Ten_is_small_and_eleven_is_not(long count, bool isMasked)
    {
        var tables = new CountTables();
        var only = tables.Add(count);

        Assert.Equal(isMasked, CellSuppression.Masked(tables, Rule).Contains(only));
    }

    [Fact]
    public void Masked_counts_whose_sum_is_small_as_well_need_a_third()
    {
        var tables = new CountTables();
        var parts = new[] { tables.Add(2), tables.Add(3), tables.Add(100) };
        tables.Sum(tables.Add(105, cost: 10), parts);

        // Two and three are known to be five together, unless the hundred is masked with them.
        Assert.Equal(parts.ToHashSet(), CellSuppression.Masked(tables, Rule).ToHashSet());
    }

    [Fact]
    public void A_longer_period_does_not_unlock_what_a_shorter_one_masked()
    {
        // Five months were shown, the sixth was masked. The half-year would be the sixth.
        var tables = new CountTables();
        var months = Enumerable.Range(0, 6)
            .Select(month => month == 5 ? tables.Add(4, Publication.Masked) : tables.Add(20 + month, Publication.Shown))
            .ToArray();
        var half = tables.Add(months.Sum(month => tables.Cells[month].Count));
        tables.Sum(half, months);

        Assert.Contains(half, CellSuppression.Masked(tables, Rule));
    }

    [Fact]
    public void A_month_that_nobody_published_is_not_the_difference_of_two_periods()
    {
        // January to June was shown; February to June may not be, because January had three.
        var tables = new CountTables();
        var (january, rest) = (tables.Add(3, Publication.Never), tables.Add(97));
        tables.Sum(tables.Add(100, Publication.Shown), january, rest);

        Assert.Contains(rest, CellSuppression.Masked(tables, Rule));
    }

    [Fact]
    public void What_was_given_away_before_is_told_and_nothing_leaves()
    {
        var tables = new CountTables();
        var (small, other) = (tables.Add(3, Publication.Masked), tables.Add(97, Publication.Shown));
        tables.Sum(tables.Add(100, Publication.Shown), small, other);
        tables.Add(50);

        Assert.Throws<SuppressionImpossibleException>(() => CellSuppression.Masked(tables, Rule));
    }

    [Fact]
    public void Counts_that_do_not_add_up_are_no_tables()
    {
        var tables = new CountTables();
        var parts = new[] { tables.Add(2), tables.Add(3) };

        Assert.Throws<ArgumentException>(() => tables.Sum(tables.Add(6), parts));
        Assert.Throws<ArgumentOutOfRangeException>(() => tables.Add(-1));
    }
}
