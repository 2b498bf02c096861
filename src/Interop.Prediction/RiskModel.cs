namespace Interop.Prediction;

/// <summary>
/// A logistic regression that anybody can reckon with a pencil: a probability is the logistic of the intercept and one term for each
/// feature. To score takes no library.
/// </summary>
public sealed record RiskModel(double Intercept, IReadOnlyList<Term> Terms)
{
    public IReadOnlyList<Feature> Features => [.. Terms.Select(term => term.Feature)];

    /// <summary>The score of some values, one for each term and in their order.</summary>
    public RiskScore Score(IReadOnlyList<double> values) =>
        new(Intercept, [.. Terms.Zip(values, (term, value) => new Contribution(term, value))]);
}

/// <summary>A feature and what a unit of it adds to the sum.</summary>
public sealed record Term(Feature Feature, double Weight);

/// <summary>What one term adds for one person.</summary>
/// <param name="Value">Of the feature, as it was found.</param>
public sealed record Contribution(Term Term, double Value)
{
    public double Points => Term.Weight * Term.Feature.Scaled(Value);
}

/// <summary>A probability with all that it is made of.</summary>
public sealed record RiskScore(double Intercept, IReadOnlyList<Contribution> Terms)
{
    public double Sum => Intercept + Terms.Sum(term => term.Points);

    public double Probability => Logit.Inverse(Sum);
}

/// <summary>Between probabilities and sums.</summary>
internal static class Logit
{
    // A probability of 0 or 1 would be infinitely sure.
    private const double Least = 1e-6;

    public static double Of(double probability) =>
        Math.Clamp(probability, Least, 1 - Least) is var bounded ? Math.Log(bounded / (1 - bounded)) : 0;

    public static double Inverse(double sum) => 1 / (1 + Math.Exp(-sum));
}
