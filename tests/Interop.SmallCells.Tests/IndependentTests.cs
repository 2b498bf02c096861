namespace Interop.SmallCells.Tests;

/// <summary>What tells nothing of one another is solved apart; few persons are protected as small counts are.</summary>
public sealed class IndependentTests
{
    private static readonly Protection Rule = new();

    [Fact]
    public void Two_kinds_of_groups_below_a_total_that_is_known_are_two_problems()
    {
        var tables = new CountTables();
        var total = tables.Add(100, Publication.Shown);
        int[] first = [tables.Add(4), tables.Add(40), tables.Add(56)];
        int[] second = [tables.Add(50), tables.Add(50)];
        tables.Sum(total, first);
        tables.Sum(total, second);

        var masked = CellSuppression.Masked(tables, Rule);

        Assert.Equal([first[0], first[1]], masked.Order());
        AttackerTests.Holds(tables, masked, Rule);
    }

    [Fact]
    public void A_total_that_is_masked_keeps_them_together()
    {
        var tables = new CountTables();
        var total = tables.Add(9, Publication.Masked);
        tables.Sum(total, [tables.Add(4), tables.Add(5)]);
        tables.Sum(total, [tables.Add(9), tables.Add(0)]);

        var masked = CellSuppression.Masked(tables, Rule);

        Assert.Equal(3, masked.Count);
        AttackerTests.Holds(tables, masked, Rule);
    }

    [Fact]
    public void A_count_of_few_persons_is_protected_however_large_it_is()
    {
        var tables = new CountTables();
        var total = tables.Add(300);
        int[] groups = [tables.Add(50, isOfFew: true), tables.Add(100), tables.Add(150)];
        tables.Sum(total, groups);

        var masked = CellSuppression.Masked(tables, Rule);

        Assert.Contains(groups[0], masked);
        Assert.Equal(2, masked.Count);
        var (least, greatest) = Attacker.IntervalOf(tables, number => !masked.Contains(number), groups[0]);
        Assert.True(greatest - least >= Rule.Width);
    }
}
