namespace Interop.Prediction;

/// <summary>How well probabilities tell moments with the outcome from those without.</summary>
/// <param name="Auc">
/// The area under the receiver operating characteristic; 0.5 is chance. Null where there is nothing to tell apart.
/// </param>
/// <param name="Low">Lower end of its interval of 95 %.</param>
/// <param name="High">Upper end.</param>
public sealed record Ranking(double? Auc, double? Low, double? High)
{
    private const double Normal95 = 1.96;

    /// <summary>By ranks, ties counting half (Mann and Whitney); the interval by Hanley and McNeil (Radiology 1982, 143:29).</summary>
    public static Ranking Of(IReadOnlyCollection<ScoredSample> samples)
    {
        var (with, without) = (samples.Count(one => one.Sample.Outcome), samples.Count(one => !one.Sample.Outcome));
        if (with == 0 || without == 0)
        {
            return new(null, null, null);
        }

        var (rank, sum) = (0.0, 0.0);
        foreach (var tied in samples.GroupBy(one => one.Probability).OrderBy(group => group.Key))
        {
            var (count, hits) = (tied.Count(), tied.Count(one => one.Sample.Outcome));
            sum += hits * (rank + ((count + 1) / 2.0));
            rank += count;
        }

        var auc = (sum - (with * (with + 1) / 2.0)) / ((double)with * without);
        var error = ErrorOf(auc, PersonsOf(samples, outcome: true), PersonsOf(samples, outcome: false));
        return new(auc, Math.Max(0, auc - (Normal95 * error)), Math.Min(1, auc + (Normal95 * error)));
    }

    // Several moments of one person are not independent: the interval is as wide as if each person had one.
    private static int PersonsOf(IEnumerable<ScoredSample> samples, bool outcome) =>
        samples.Where(one => one.Sample.Outcome == outcome).Select(one => one.Sample.Person).Distinct().Count();

    private static double ErrorOf(double auc, int with, int without)
    {
        var (first, second) = (auc / (2 - auc), 2 * auc * auc / (1 + auc));
        var variance = (auc * (1 - auc)) + ((with - 1) * (first - (auc * auc))) + ((without - 1) * (second - (auc * auc)));
        return Math.Sqrt(Math.Max(0, variance) / ((double)with * without));
    }
}
