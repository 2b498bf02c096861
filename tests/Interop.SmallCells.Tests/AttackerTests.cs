using System.Globalization;
using Xunit.Abstractions;

namespace Interop.SmallCells.Tests;

/// <summary>
/// Random tables, published one period after the other and then their sum; somebody who kept all of it tries to find out what is small.
/// <c>INTEROP_TABLES=10000</c> makes it a long run, whose figures are in docs/measured.md.
/// </summary>
public sealed class AttackerTests(ITestOutputHelper output)
{
    private static readonly Protection Rule = new();

    private static readonly int Tables = int.Parse(
        Environment.GetEnvironmentVariable("INTEROP_TABLES") ?? "300", CultureInfo.InvariantCulture);

    [Fact]
    public void Nobody_works_out_a_small_count_of_one_table()
    {
        var figures = new Figures();
        var random = new Random(15);
        for (var number = 0; number < Tables; number++)
        {
            var tables = new CountTables();
            tables.AddCross(RandomTables.Next(random, 1)[0]);
            Publish(tables, [], figures);
        }

        output.WriteLine($"{Tables} tables: {figures}");
    }

    [Fact]
    public void Nobody_works_out_a_small_count_of_several_periods_and_their_sum()
    {
        var figures = new Figures();
        var random = new Random(16);
        for (var number = 0; number < Tables / 10; number++)
        {
            var periods = RandomTables.Next(random, 3);
            Dictionary<int, bool> known = [];

            // Each report is made when its period is over, and can't take back what the ones before it showed.
            for (var published = 1; published <= periods.Count + 1; published++)
            {
                known = Publish(Made(periods, published, known), known, figures);
            }
        }

        output.WriteLine($"{Tables / 10} times three periods and their sum: {figures}");
    }

    [Fact]
    public void Nobody_works_out_a_small_count_of_a_report_by_putting_its_tables_together()
    {
        var figures = new Figures();
        var random = new Random(17);
        for (var number = 0; number < Tables / 10; number++)
        {
            Publish(RandomTables.NextReport(random), [], figures);
        }

        output.WriteLine($"{Tables / 10} reports: {figures}");
    }

    /// <summary>Nobody finds a small count out to less than the width.</summary>
    internal static void Holds(CountTables tables, IReadOnlySet<int> masked, Protection rule) =>
        Assert.Equal(0, Breaches(tables, number => IsShown(tables, masked, number), rule));

    private static Dictionary<int, bool> Publish(CountTables tables, Dictionary<int, bool> known, Figures figures)
    {
        var masked = CellSuppression.Masked(tables, Rule);
        Holds(tables, masked, Rule);
        var now = tables.Cells.Index().Where(it => it.Item.Publication == Publication.Now).Select(it => it.Index).ToList();
        figures.Cells += now.Count;
        figures.Shown += now.Count(number => !masked.Contains(number));
        figures.NotSmall += now.Count(number => !Rule.IsSmall(tables.Cells[number].Count));
        figures.Sensitive += tables.Cells.Count(cell => Rule.IsSmall(cell.Count));
        var after = new Dictionary<int, bool>(known);
        foreach (var number in now)
        {
            Assert.False(Rule.IsSmall(tables.Cells[number].Count) && !masked.Contains(number));
            after[number] = !masked.Contains(number);
        }

        return after;
    }

    private static int Breaches(CountTables tables, Func<int, bool> isShown, Protection rule) => tables.Cells.Index()
        .Where(it => rule.IsSmall(it.Item.Count))
        .Count(it => Attacker.IntervalOf(tables, isShown, it.Index) is var (least, greatest) && greatest - least < rule.Width);

    private static bool IsShown(CountTables tables, IReadOnlySet<int> masked, int number) => tables.Cells[number].Publication switch
    {
        Publication.Shown => true,
        Publication.Now => !masked.Contains(number),
        _ => false,
    };

    /// <summary>All periods and, behind them, their sum; the numbers of counts are the same every time.</summary>
    private static CountTables Made(IReadOnlyList<long[,]> periods, int published, Dictionary<int, bool> known)
    {
        var tables = new CountTables();
        var (rows, columns) = (periods[0].GetLength(0), periods[0].GetLength(1));
        var whole = new long[rows, columns];
        List<int[,]> numbers = [];
        for (var period = 0; period <= periods.Count; period++)
        {
            var counts = period < periods.Count ? periods[period] : whole;
            var first = tables.Cells.Count;
            numbers.Add(tables.AddCross(
                counts, (row, column) => Of(period, first + (row * (columns + 1)) + column), period < periods.Count ? 4 : 8));
            for (var cell = 0; period < periods.Count && cell < rows * columns; cell++)
            {
                whole[cell / columns, cell % columns] += counts[cell / columns, cell % columns];
            }
        }

        for (var cell = 0; cell < (rows + 1) * (columns + 1); cell++)
        {
            var (row, column) = (cell / (columns + 1), cell % (columns + 1));
            tables.Sum(numbers[^1][row, column], [.. numbers.SkipLast(1).Select(of => of[row, column])]);
        }

        return tables;

        Publication Of(int period, int number) => period >= published ? Publication.Never
            : period == published - 1 ? Publication.Now
            : known[number] ? Publication.Shown
            : Publication.Masked;
    }

    private sealed class Figures
    {
        public int Cells { get; set; }

        public int Shown { get; set; }

        public int NotSmall { get; set; }

        public int Sensitive { get; set; }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Cells} counts, {(double)Shown / Cells:P1} shown ({(double)NotSmall / Cells:P1} are not small); {Sensitive} attacks");
    }
}
