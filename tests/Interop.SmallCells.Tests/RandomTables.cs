namespace Interop.SmallCells.Tests;

/// <summary>Tables as a programme's are: a few large groups, many small ones, outcomes that are rare.</summary>
internal static class RandomTables
{
    /// <summary>Groups by outcomes of some periods.</summary>
    public static IReadOnlyList<long[,]> Next(Random random, int periods)
    {
        var (groups, outcomes) = (random.Next(2, 6), random.Next(2, 5));
        var sizes = Enumerable.Range(0, groups).Select(_ => Math.Exp(random.NextDouble() * 6)).ToArray();
        var shares = Enumerable.Range(0, outcomes).Select(_ => Math.Pow(random.NextDouble(), 3)).ToArray();
        return [.. Enumerable.Range(0, periods).Select(_ =>
        {
            var counts = new long[groups, outcomes];
            for (var group = 0; group < groups; group++)
            {
                for (var outcome = 0; outcome < outcomes; outcome++)
                {
                    counts[group, outcome] = (long)(sizes[group] * shares[outcome] * (0.5 + random.NextDouble()));
                }
            }

            return counts;
        })];
    }

    /// <summary>
    /// A report as a programme's: how many episodes, in all, by groups of one kind and by groups of another; of each how many with yes,
    /// with no and without a word, for two facts. Totals are common to the kinds, and denominators to the facts.
    /// </summary>
    public static CountTables NextReport(Random random)
    {
        var episodes = random.Next(40, 400);
        var (firstKind, secondKind) = (random.Next(2, 5), random.Next(2, 4));
        var shares = (random.NextDouble() * 0.3, random.NextDouble() * 0.1);
        var counts = new Dictionary<(int First, int Second, int Fact, int Answer), long>();
        for (var episode = 0; episode < episodes; episode++)
        {
            var (first, second) = (Skewed(firstKind), Skewed(secondKind));
            foreach (var (fact, share) in new[] { (0, shares.Item1), (1, shares.Item2) })
            {
                var answer = random.NextDouble() < 0.15 ? 2 : random.NextDouble() < share ? 0 : 1;
                counts[(first, second, fact, answer)] = counts.GetValueOrDefault((first, second, fact, answer)) + 1;
            }
        }

        var tables = new CountTables();
        var whole = Rows(_ => true, 4);
        Add([.. Enumerable.Range(0, firstKind).Select(group => Rows(key => key.First == group, 1))]);
        Add([.. Enumerable.Range(0, secondKind).Select(group => Rows(key => key.Second == group, 1))]);
        return tables;

        int Skewed(int kinds) => Math.Min(kinds - 1, (int)(-Math.Log(1 - random.NextDouble()) * kinds / 3));

        void Add(IReadOnlyList<int[]> groups)
        {
            for (var column = 0; column < whole.Length; column++)
            {
                tables.Sum(whole[column], [.. groups.Select(group => group[column])]);
            }
        }

        // The denominator, and behind it the three answers to each fact.
        int[] Rows(Func<(int First, int Second, int Fact, int Answer), bool> isOf, double cost)
        {
            long Count(int fact, int? answer) => counts
                .Where(pair => isOf(pair.Key) && pair.Key.Fact == fact && (answer ?? pair.Key.Answer) == pair.Key.Answer)
                .Sum(pair => pair.Value);
            List<int> row = [tables.Add(Count(0, null), cost: 2 * cost)];
            for (var fact = 0; fact < 2; fact++)
            {
                var answers = Enumerable.Range(0, 3).Select(answer => tables.Add(Count(fact, answer), cost: cost)).ToList();
                tables.Sum(row[0], answers);
                row.AddRange(answers);
            }

            return [.. row];
        }
    }
}
