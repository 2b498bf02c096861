using Google.OrTools.LinearSolver;

namespace Interop.SmallCells;

/// <summary>
/// Which counts of a report are masked so that no small one is shown, or can be worked out from this report and all before it: at the least
/// cost. Cell suppression as an integer programme whose rules come from an intruder's linear programmes: M. Fischetti, J. J. Salazar,
/// "Solving the cell suppression problem on tabular data with linear constraints", Management Science 47 (2001) 1008-1027.
/// </summary>
public static class CellSuppression
{
    private const double Noise = 1e-6;

    // After so many rounds or milliseconds the rest of the report is masked: a report that never comes serves nobody.
    private const int MostRounds = 2000;
    private const int MillisecondsOfARound = 2000;

    // After so many questions to the intruder what is masked stays so: the pattern is no longer the cheapest, and comes soon. A few rules
    // are enough for a step then: what is narrowed together is mended together.
    private const int MostExactQuestions = 400;
    private const int RulesOfAStep = 5;

    /// <summary>The numbers of the counts with <see cref="Publication.Now"/> that are to be masked.</summary>
    /// <exception cref="SuppressionImpossibleException">
    /// What was published before gives a small count away whatever is masked now: nothing of the report may leave.
    /// </exception>
    public static IReadOnlySet<int> Masked(CountTables tables, Protection protection)
    {
        return tables.Cells.All(cell => cell.Publication != Publication.Now)
            ? new HashSet<int>()
            : IndependentTables.Of(tables)
                .SelectMany(part => MaskedOf(part.Tables, protection).Select(number => part.Numbers[number]))
                .ToHashSet();
    }

    private static HashSet<int> MaskedOf(CountTables tables, Protection protection)
    {
        var asked = Numbers(tables, cell => cell.Publication == Publication.Now);
        var primary = asked.Where(number => protection.Covers(tables.Cells[number])).ToHashSet();
        var small = Numbers(tables, cell => protection.Covers(cell) && cell.Publication != Publication.Shown);
        if (small.Count == 0 || tables.Sums.Count == 0)
        {
            return primary;
        }

        using var intruder = new Intruder(tables);
        using var master = new Master(tables, asked, primary);
        var (open, questions) = (small, 0);
        for (var round = 0; round < MostRounds; round++)
        {
            if (master.Best() is not { } masked)
            {
                break;
            }

            var isExact = questions <= MostExactQuestions;
            intruder.See(number => IsHidden(tables, number, masked));
            var (narrowed, answered) = Narrowed(intruder, open, protection, isExact ? int.MaxValue : RulesOfAStep);
            if (narrowed.Count == 0)
            {
                return masked;
            }

            if (!narrowed.Aggregate(false, (isNew, it) => master.Demand(it.Rule, protection.Width, masked) || isNew))
            {
                break;
            }

            questions += answered;
            if (questions > MostExactQuestions)
            {
                // To mask more never narrows anything: what is protected need not be asked again.
                master.Keep(masked);
                open = [.. narrowed.Select(it => it.Cell), .. open.Skip(answered)];
            }
        }

        var all = asked.ToHashSet();
        intruder.See(number => IsHidden(tables, number, all));
        return Narrowed(intruder, small, protection, most: 1).Found.Count == 0
            ? all
            : throw new SuppressionImpossibleException("What was published before gives a small count away.");
    }

    private static List<int> Numbers(CountTables tables, Func<CountCell, bool> isWanted) =>
        [.. tables.Cells.Index().Where(item => isWanted(item.Item)).Select(item => item.Index)];

    private static bool IsHidden(CountTables tables, int number, HashSet<int> masked) => tables.Cells[number].Publication switch
    {
        Publication.Shown => false,
        Publication.Now => masked.Contains(number),
        _ => true,
    };

    /// <summary>The first of the counts that the intruder narrows, each with a rule against it, and how many were asked for.</summary>
    private static (List<(int Cell, double[] Rule)> Found, int Asked) Narrowed(
        Intruder intruder, List<int> open, Protection protection, int most)
    {
        var (found, asked) = (new List<(int, double[])>(), 0);
        foreach (var cell in open.TakeWhile(_ => found.Count < most))
        {
            asked++;
            if (intruder.Narrowed(cell, protection.Width) is { } rule)
            {
                found.Add((cell, rule));
            }
        }

        return (found, asked);
    }

    /// <summary>The cheapest pattern that keeps all rules found so far.</summary>
    private sealed class Master : IDisposable
    {
        private readonly CountTables tables;
        private readonly Solver solver = Solver.CreateSolver("SCIP");
        private readonly Dictionary<int, Variable> isMasked;

        public Master(CountTables tables, List<int> asked, HashSet<int> primary)
        {
            this.tables = tables;
            isMasked = asked.ToDictionary(number => number, number => solver.MakeIntVar(primary.Contains(number) ? 1 : 0, 1, $"x{number}"));
            solver.SetTimeLimit(MillisecondsOfARound);
            foreach (var (number, variable) in isMasked)
            {
                solver.Objective().SetCoefficient(variable, tables.Cells[number].Cost);
            }

            solver.Objective().SetMinimization();
        }

        public HashSet<int>? Best() => solver.Solve() is Solver.ResultStatus.OPTIMAL or Solver.ResultStatus.FEASIBLE
            ? [.. isMasked.Where(pair => pair.Value.SolutionValue() > 0.5).Select(pair => pair.Key)]
            : null;

        /// <summary>Adds a rule; false where the pattern at hand keeps it already, so that it would change nothing.</summary>
        public bool Demand(double[] weights, int width, HashSet<int> masked)
        {
            var open = Numbers(tables, cell => cell.Publication is Publication.Never or Publication.Masked).Sum(number => weights[number]);
            var lacks = width - open;
            if (open + masked.Sum(number => weights[number]) >= width - Noise)
            {
                return false;
            }

            var row = solver.MakeConstraint(lacks, double.PositiveInfinity);
            foreach (var (number, variable) in isMasked.Where(pair => weights[pair.Key] > 0))
            {
                // One masked count never needs to give more than all that lacks.
                row.SetCoefficient(variable, Math.Min(weights[number], lacks));
            }

            return true;
        }

        /// <summary>Every pattern from now on masks these as well.</summary>
        public void Keep(HashSet<int> masked)
        {
            foreach (var number in masked)
            {
                isMasked[number].SetBounds(1, 1);
            }
        }

        public void Dispose() => solver.Dispose();
    }
}

/// <summary>No pattern protects what is small.</summary>
public sealed class SuppressionImpossibleException(string message) : Exception(message);
