using Google.OrTools.Sat;

namespace Interop.SmallCells.Tests;

/// <summary>
/// Somebody who has all that was published and works with whole numbers, by another solver than the product's: nothing of its code is used.
/// </summary>
internal static class Attacker
{
    /// <summary>The least and the greatest value of a count that agree with what is shown, up to a limit.</summary>
    public static (long Least, long Greatest) IntervalOf(CountTables tables, Func<int, bool> isShown, int cell)
    {
        var limit = (3 * tables.Cells.Max(it => it.Count)) + 100;
        return (Pushed(-1), Pushed(1));

        long Pushed(int direction)
        {
            var model = new CpModel();
            var values = tables.Cells.Select((it, number) => isShown(number)
                ? model.NewConstant(it.Count)
                : model.NewIntVar(0, limit, $"v{number}")).ToArray();
            foreach (var sum in tables.Sums)
            {
                model.Add(LinearExpr.Sum(sum.Parts.Select(part => values[part])) == values[sum.Total]);
            }

            model.Maximize(LinearExpr.Term(values[cell], direction));
            var solver = new CpSolver { StringParameters = "num_workers:1" };
            Assert.Equal(CpSolverStatus.Optimal, solver.Solve(model));
            return solver.Value(values[cell]);
        }
    }
}
