namespace Interop.SmallCells;

/// <summary>Counts of one or several tables, and how they add up: all that readers put together.</summary>
public sealed class CountTables
{
    private readonly List<CountCell> cells = [];
    private readonly List<CountSum> sums = [];

    public IReadOnlyList<CountCell> Cells => cells;

    public IReadOnlyList<CountSum> Sums => sums;

    /// <summary>Adds a count, and gives its number.</summary>
    /// <param name="isOfFew">Whether it counts something of so few persons that it is protected however large it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or the cost not above zero.</exception>
    public int Add(long count, Publication publication = Publication.Now, double cost = 1, bool isOfFew = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cost);
        cells.Add(new(count, publication, cost) { IsOfFew = isOfFew });
        return cells.Count - 1;
    }

    /// <summary>Says that one count is the sum of others.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public void Sum(int total, params IReadOnlyList<int> parts)
    {
        if (cells[total].Count != parts.Sum(part => cells[part].Count))
        {
            throw new ArgumentException("The parts do not make the total.", nameof(parts));
        }

        sums.Add(new(total, parts));
    }

    /// <summary>
    /// Adds a table of two dimensions with its margins: the last row and the last column of what it gives are the totals.
    /// </summary>
    /// <param name="counts">Rows and columns without totals.</param>
    /// <param name="publication">Of a row and a column of the result.</param>
    /// <param name="totalCost">The cost of a margin; one count inside costs 1.</param>
    /// <returns>The number of each count.</returns>
    public int[,] AddCross(long[,] counts, Func<int, int, Publication>? publication = null, double totalCost = 4)
    {
        var (rows, columns) = (counts.GetLength(0), counts.GetLength(1));
        var numbers = new int[rows + 1, columns + 1];
        for (var row = 0; row <= rows; row++)
        {
            for (var column = 0; column <= columns; column++)
            {
                var (rowIndexes, columnIndexes) = (Of(row, rows), Of(column, columns));
                var count = rowIndexes.Sum(r => columnIndexes.Sum(c => counts[r, c]));
                var isTotal = row == rows || column == columns;
                numbers[row, column] = Add(count, publication?.Invoke(row, column) ?? Publication.Now, isTotal ? totalCost : 1);
            }
        }

        for (var row = 0; row <= rows; row++)
        {
            Sum(numbers[row, columns], [.. Enumerable.Range(0, columns).Select(column => numbers[row, column])]);
        }

        for (var column = 0; column <= columns; column++)
        {
            Sum(numbers[rows, column], [.. Enumerable.Range(0, rows).Select(row => numbers[row, column])]);
        }

        return numbers;

        static IReadOnlyList<int> Of(int index, int count) => index == count ? [.. Enumerable.Range(0, count)] : [index];
    }
}
