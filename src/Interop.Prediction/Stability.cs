namespace Interop.Prediction;

/// <summary>Whether a feature still looks as it did when the model was made.</summary>
public static class Stability
{
    // So that a part without anybody is not infinitely far from one with somebody.
    private const double Half = 0.5;

    /// <summary>How many values lie in each part of a feature.</summary>
    public static IReadOnlyList<int> PartsOf(Feature feature, IEnumerable<double> values)
    {
        var parts = new int[feature.Edges.Count + 1];
        foreach (var value in values)
        {
            parts[feature.PartOf(value)]++;
        }

        return parts;
    }

    /// <summary>
    /// The population stability index of two distributions over the same parts: 0 where they are alike. Usual words for it are: below 0.1
    /// no change, above 0.25 another population.
    /// </summary>
    public static double Index(IReadOnlyList<int> before, IReadOnlyList<int> now)
    {
        var (sumBefore, sumNow) = (before.Sum() + (Half * before.Count), now.Sum() + (Half * now.Count));
        return before.Zip(now, (one, other) =>
        {
            var (expected, actual) = ((one + Half) / sumBefore, (other + Half) / sumNow);
            return (actual - expected) * Math.Log(actual / expected);
        }).Sum();
    }
}
