namespace Interop.Prediction.Tests;

/// <summary>Moments of invented persons, whose outcomes follow from a known sum, or from nothing.</summary>
internal static class InventedPersons
{
    public static readonly IReadOnlyList<Feature> Features =
        [new("visits", 5, 1, [1, 2, 3]), new("months", 12, 1, [1, 3, 6, 12]), new("noise", 5, 1, [1, 2, 3])];

    public static readonly RiskModel Truth = new(-1.5, [new(Features[0], 0.8), new(Features[1], -0.1), new(Features[2], 0)]);

    public static readonly IReadOnlyList<(string Kind, IReadOnlyList<string> Codes)> Kinds =
        [("language", ["en", "es", "vi"]), ("district", ["North", "South"])];

    public static readonly Bounds Bounds = new(0.65, 0.1, 0.1, 100, 0.25);

    /// <param name="hidden">What is added to the sum of persons who speak Spanish, which no feature tells of.</param>
    /// <param name="hasSignal">Whether the features have anything to do with the outcome.</param>
    public static List<Sample> Of(int seed, int count, double hidden = 0, bool hasSignal = true)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(number =>
            {
                double[] values = [random.Next(6), random.Next(13), random.Next(6)];
                var language = number % 200 == 0 ? "vi" : number % 3 == 0 ? "es" : "en";
                var sum = (hasSignal ? Truth.Score(values).Sum : -1) + (language == "es" ? hidden : 0);
                return new Sample(
                    $"p{number / 2}",
                    values,
                    random.NextDouble() < 1 / (1 + Math.Exp(-sum)),
                    [language, number % 2 == 0 ? "North" : "South"]);
            }),
        ];
    }

    /// <summary>Fitted on some, tried on others, with a threshold at or above which a tenth lies.</summary>
    public static (RiskModel Model, Validation Validation) Tried(double hidden = 0, bool hasSignal = true)
    {
        var training = Of(1, 6000, hidden, hasSignal);
        var model = Training.Fit(Features, training);
        var probabilities = ScoredSample.Of(model, training).Select(one => one.Probability).Order().ToList();
        var held = ScoredSample.Of(model, Of(2, 6000, hidden, hasSignal));
        return (model, Validation.Of(held, probabilities[(int)(probabilities.Count * 0.9)], Kinds, Bounds.Least));
    }
}
