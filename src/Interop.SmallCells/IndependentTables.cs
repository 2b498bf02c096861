namespace Interop.SmallCells;

/// <summary>
/// Tables that tell nothing of one another: what is known already links no two counts. Each is a smaller problem, and all together are the
/// whole one.
/// </summary>
/// <param name="Numbers">Of each count of the part, its number in the whole.</param>
internal sealed record IndependentTables(CountTables Tables, IReadOnlyList<int> Numbers)
{
    public static IReadOnlyList<IndependentTables> Of(CountTables whole)
    {
        var leaders = Enumerable.Range(0, whole.Cells.Count).ToArray();
        foreach (var sum in whole.Sums)
        {
            var open = Members(sum).Where(number => IsOpen(whole, number)).ToList();
            open.ForEach(number => leaders[LeaderOf(number)] = LeaderOf(open[0]));
        }

        var sums = whole.Sums.ToLookup(sum => Members(sum).FirstOrDefault(number => IsOpen(whole, number), -1) is var open and >= 0
            ? LeaderOf(open)
            : -1);
        return
        [
            .. Enumerable.Range(0, whole.Cells.Count).Where(number => IsOpen(whole, number))
                .GroupBy(LeaderOf)
                .Select(part => Of(whole, part, sums[part.Key])),
        ];

        int LeaderOf(int number)
        {
            while (leaders[number] != number)
            {
                number = leaders[number] = leaders[leaders[number]];
            }

            return number;
        }
    }

    private static IndependentTables Of(CountTables whole, IEnumerable<int> open, IEnumerable<CountSum> sums)
    {
        var (tables, numbers, places) = (new CountTables(), new List<int>(), new Dictionary<int, int>());
        foreach (var number in open)
        {
            PlaceOf(number);
        }

        foreach (var sum in sums)
        {
            tables.Sum(PlaceOf(sum.Total), [.. sum.Parts.Select(PlaceOf)]);
        }

        return new(tables, numbers);

        int PlaceOf(int number)
        {
            if (!places.TryGetValue(number, out var place))
            {
                var cell = whole.Cells[number];
                places[number] = place = tables.Add(cell.Count, cell.Publication, cell.Cost, cell.IsOfFew);
                numbers.Add(number);
            }

            return place;
        }
    }

    private static bool IsOpen(CountTables whole, int number) => whole.Cells[number].Publication != Publication.Shown;

    private static IEnumerable<int> Members(CountSum sum) => sum.Parts.Prepend(sum.Total);
}
