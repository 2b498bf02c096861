namespace Interop.Prediction;

/// <summary>One moment at which a model would have been asked, and what became of it.</summary>
/// <param name="Person">Whose moment it was: several are not independent of each other.</param>
/// <param name="Values">Of the features, in their order.</param>
/// <param name="Outcome">Whether what is predicted happened.</param>
/// <param name="Groups">One code for each kind of group. They are never a feature: they tell whom the model serves badly.</param>
public sealed record Sample(string Person, IReadOnlyList<double> Values, bool Outcome, IReadOnlyList<string> Groups);

/// <summary>A sample with the probability that the model gives it.</summary>
public readonly record struct ScoredSample(Sample Sample, double Probability)
{
    public static IReadOnlyList<ScoredSample> Of(RiskModel model, IEnumerable<Sample> samples) =>
        [.. samples.Select(sample => new ScoredSample(sample, model.Score(sample.Values).Probability))];
}
