using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Interop.Prediction;

/// <summary>Fits a logistic regression (L-BFGS of Microsoft.ML). The only place that needs that library.</summary>
public static class Training
{
    /// <summary>So many outcomes, and as many without, for each term: below that the weights are noise.</summary>
    public const int OutcomesForEachTerm = 10;

    // Weights are told with so many digits, and reckoned with no others.
    private const int Digits = 4;
    private const int Seed = 20261129;

    /// <summary>Null, or why no model can be fitted to the samples.</summary>
    public static string? Objection(IReadOnlyList<Feature> features, IReadOnlyCollection<Sample> samples)
    {
        var least = OutcomesForEachTerm * features.Count;
        var outcomes = samples.Count(sample => sample.Outcome);
        return outcomes >= least && samples.Count - outcomes >= least
            ? null
            : $"{features.Count} terms need {least} outcomes and {least} without: there are {outcomes} and {samples.Count - outcomes}.";
    }

    /// <summary>The model of some samples; the same for the same samples in the same order.</summary>
    public static RiskModel Fit(IReadOnlyList<Feature> features, IEnumerable<Sample> samples)
    {
        var ml = new MLContext(Seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features.Count);
        var rows = ml.Data.LoadFromEnumerable(samples.Select(sample => RowOf(features, sample)), schema);
        var trainer = ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            L1Regularization = 0,
            L2Regularization = 1,
            OptimizationTolerance = 1e-7f,
            NumberOfThreads = 1,
        });
        var fitted = trainer.Fit(rows).Model.SubModel;
        return new(
            Math.Round(fitted.Bias, Digits),
            [.. features.Zip(fitted.Weights, (feature, weight) => new Term(feature, Math.Round(weight, Digits)))]);
    }

    private static Row RowOf(IReadOnlyList<Feature> features, Sample sample) => new()
    {
        Label = sample.Outcome,
        Features = [.. features.Zip(sample.Values, (feature, value) => (float)feature.Scaled(value))],
    };

    private sealed class Row
    {
        public bool Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
