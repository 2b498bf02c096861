namespace Interop.Prediction;

/// <summary>Whether what is called 30 % happens in 30 of 100 moments.</summary>
/// <param name="Intercept">By how much all probabilities are too low (above 0) or too high, in logits; null where it can't be told.</param>
/// <param name="Slope">1 where they spread as much as they should; below 1 they are too sure. Null where it can't be told.</param>
/// <param name="Brier">The mean square of what they miss; less is better.</param>
/// <param name="Tenths">The moments in the order of their probabilities, in ten parts.</param>
public sealed record Calibration(double? Intercept, double? Slope, double Brier, IReadOnlyList<Tenth> Tenths)
{
    private const int Parts = 10;
    private const int Rounds = 50;
    private const double Enough = 1e-8;
    private const double Absurd = 20;

    public static Calibration Of(IReadOnlyCollection<ScoredSample> samples)
    {
        var points = samples.Select(one => (Logit: Logit.Of(one.Probability), Outcome: one.Sample.Outcome ? 1.0 : 0.0)).ToList();
        var isTold = points.Exists(point => point.Outcome > 0) && points.Exists(point => point.Outcome == 0);
        return new(
            isTold ? Fit(points, withSlope: false).Intercept : null,
            isTold && points.Exists(point => Math.Abs(point.Logit - points[0].Logit) > Enough) ? Fit(points, withSlope: true).Slope : null,
            samples.Count == 0 ? 0 : samples.Average(one => Math.Pow(one.Probability - (one.Sample.Outcome ? 1 : 0), 2)),
            [.. TenthsOf(samples)]);
    }

    private static IEnumerable<Tenth> TenthsOf(IReadOnlyCollection<ScoredSample> samples)
    {
        var ordered = samples.OrderBy(one => one.Probability).ToList();
        for (var part = 0; part < Parts; part++)
        {
            var (from, to) = (ordered.Count * part / Parts, ordered.Count * (part + 1) / Parts);
            if (to > from)
            {
                var some = ordered.GetRange(from, to - from);
                yield return new(
                    some.Count, some.Average(one => one.Probability), some.Average(one => one.Sample.Outcome ? 1.0 : 0.0));
            }
        }
    }

    /// <summary>Newton's method for a logistic regression of the outcome on the logit, whose slope is 1 where it is not asked.</summary>
    private static (double? Intercept, double? Slope) Fit(IReadOnlyList<(double Logit, double Outcome)> points, bool withSlope)
    {
        var (intercept, slope) = (0.0, 1.0);
        for (var round = 0; round < Rounds; round++)
        {
            double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
            foreach (var (logit, outcome) in points)
            {
                var probability = Logit.Inverse(intercept + (slope * logit));
                var (miss, weight) = (outcome - probability, probability * (1 - probability));
                g0 += miss;
                g1 += miss * logit;
                h00 += weight;
                h01 += weight * logit;
                h11 += weight * logit * logit;
            }

            var determinant = withSlope ? (h00 * h11) - (h01 * h01) : h00;
            if (determinant < Enough)
            {
                return (null, null);
            }

            var step0 = withSlope ? ((h11 * g0) - (h01 * g1)) / determinant : g0 / h00;
            var step1 = withSlope ? ((h00 * g1) - (h01 * g0)) / determinant : 0;
            (intercept, slope) = (intercept + step0, slope + step1);
            if (Math.Abs(intercept) > Absurd || Math.Abs(slope) > Absurd)
            {
                return (null, null);
            }

            if (Math.Abs(step0) < Enough && Math.Abs(step1) < Enough)
            {
                break;
            }
        }

        return (intercept, slope);
    }
}

/// <summary>A tenth of the moments.</summary>
/// <param name="Predicted">The mean of their probabilities.</param>
/// <param name="Observed">The share in which it happened.</param>
public sealed record Tenth(int Count, double Predicted, double Observed);
