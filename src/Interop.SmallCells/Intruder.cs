using Google.OrTools.LinearSolver;

namespace Interop.SmallCells;

/// <summary>
/// Somebody who has everything that was published and knows how it adds up: of each count the least and the greatest value that agree with
/// all of it, by linear programming.
/// </summary>
internal sealed class Intruder : IDisposable
{
    private const double Noise = 1e-7;
    private readonly CountTables tables;
    private readonly Solver solver;

    // Questions differ in what is sought alone. Each starts where the last one ended, which a presolved problem can't: a third of the time.
    private readonly MPSolverParameters warm = new();
    private readonly Variable[] variables;
    private readonly double bound;
    private readonly double[] least;
    private readonly double[] greatest;

    /// <param name="tables">What adds up to what.</param>
    public Intruder(CountTables tables)
    {
        this.tables = tables;
        var largest = tables.Cells.Select(cell => cell.Count).DefaultIfEmpty().Max();

        // Nobody knows how many there are at most; any bound that is far enough away does.
        bound = (2 * largest) + 1000;
        solver = Solver.CreateSolver("GLOP");
        warm.SetIntegerParam(MPSolverParameters.IntegerParam.PRESOLVE, (int)MPSolverParameters.PresolveValues.PRESOLVE_OFF);
        variables = [.. tables.Cells.Select((_, number) => solver.MakeNumVar(0, bound, $"y{number}"))];
        foreach (var sum in tables.Sums)
        {
            var row = solver.MakeConstraint(0, 0);
            row.SetCoefficient(variables[sum.Total], -1);
            foreach (var part in sum.Parts)
            {
                row.SetCoefficient(variables[part], 1);
            }
        }

        (least, greatest) = (new double[variables.Length], new double[variables.Length]);
    }

    /// <summary>Lets the intruder see what is not masked.</summary>
    public void See(Func<int, bool> isMasked)
    {
        for (var number = 0; number < variables.Length; number++)
        {
            var count = tables.Cells[number].Count;
            variables[number].SetBounds(isMasked(number) ? 0 : count, isMasked(number) ? bound : count);
            (least[number], greatest[number]) = (count, count);
        }
    }

    /// <summary>
    /// Null where the values that a count may have lie so far apart; else a rule that every better pattern keeps: the weights of what it
    /// masks sum up to the width.
    /// </summary>
    public double[]? Narrowed(int cell, int width)
    {
        // Every solution so far is a table that the published one may be: what it shows of other counts need not be asked again.
        if (greatest[cell] - least[cell] >= width)
        {
            return null;
        }

        var weights = new double[variables.Length];
        Push(cell, 1, weights);
        if (greatest[cell] - least[cell] >= width)
        {
            return null;
        }

        Push(cell, -1, weights);
        return greatest[cell] - least[cell] >= width - Noise ? null : weights;
    }

    public void Dispose()
    {
        solver.Dispose();
        warm.Dispose();
    }

    /// <summary>Moves a count as far as it goes, and adds what it would gain by each count that were masked as well.</summary>
    private void Push(int cell, int direction, double[] weights)
    {
        solver.Objective().Clear();
        solver.Objective().SetCoefficient(variables[cell], -direction);
        solver.Objective().SetMinimization();
        if (solver.Solve(warm) != Solver.ResultStatus.OPTIMAL)
        {
            throw new SuppressionImpossibleException("What was published can't be checked.");
        }

        for (var number = 0; number < variables.Length; number++)
        {
            var value = variables[number].SolutionValue();
            least[number] = Math.Min(least[number], value);
            greatest[number] = Math.Max(greatest[number], value);
            var cost = variables[number].ReducedCost();
            var count = tables.Cells[number].Count;
            weights[number] += Math.Abs(cost) < Noise ? 0 : cost < 0 ? -cost * (bound - count) : cost * count;
        }
    }
}
