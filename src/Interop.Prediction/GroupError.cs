namespace Interop.Prediction;

/// <summary>How a model errs about one group. A share of too few is null: it can't be told, which is not the same as well.</summary>
/// <param name="Kind">Such as language.</param>
/// <param name="Group">Its code; empty for everybody.</param>
/// <param name="Count">Moments.</param>
/// <param name="FalseAlarms">Of the moments without the outcome, the share at or above the threshold.</param>
/// <param name="Misses">Of the moments with it, the share below.</param>
/// <param name="Predicted">The mean of the probabilities.</param>
/// <param name="Observed">The share in which it happened.</param>
public sealed record GroupError(
    string Kind, string Group, int Count, int Persons, double? FalseAlarms, double? Misses, double? Predicted, double? Observed)
{
    /// <summary>Whether all of its shares can be told.</summary>
    public bool IsTold => FalseAlarms is not null && Misses is not null && Predicted is not null;

    public static GroupError Of(string kind, string group, IReadOnlyCollection<ScoredSample> samples, double threshold, int least)
    {
        var (with, without) = (samples.Where(one => one.Sample.Outcome).ToList(), samples.Where(one => !one.Sample.Outcome).ToList());
        var isTold = samples.Count >= least;
        return new(
            kind,
            group,
            samples.Count,
            samples.Select(one => one.Sample.Person).Distinct().Count(),
            without.Count >= least ? Share(without, one => one.Probability >= threshold) : null,
            with.Count >= least ? Share(with, one => one.Probability < threshold) : null,
            isTold ? samples.Average(one => one.Probability) : null,
            isTold ? Share(samples, one => one.Sample.Outcome) : null);
    }

    /// <summary>What of it is out of bounds, in words; nothing where all is well, or can't be told.</summary>
    public IEnumerable<string> Breaches(GroupError all, Bounds bounds)
    {
        if (Math.Abs((FalseAlarms - all.FalseAlarms) ?? 0) > bounds.ErrorDifference)
        {
            yield return "false alarms";
        }

        if (Math.Abs((Misses - all.Misses) ?? 0) > bounds.ErrorDifference)
        {
            yield return "misses";
        }

        if (Math.Abs((Predicted - Observed) ?? 0) > bounds.CalibrationDifference)
        {
            yield return "calibration";
        }
    }

    private static double Share(IReadOnlyCollection<ScoredSample> samples, Func<ScoredSample, bool> isOne) =>
        samples.Count(isOne) / (double)samples.Count;
}
