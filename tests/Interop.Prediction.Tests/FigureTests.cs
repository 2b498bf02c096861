namespace Interop.Prediction.Tests;

/// <summary>Each figure is what somebody finds who reckons it in another way.</summary>
public sealed class FigureTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void The_area_is_the_share_of_pairs_that_are_told_apart(int seed)
    {
        var samples = Scored(seed, 300, one => Math.Round(InventedPersons.Truth.Score(one.Values).Probability, 1));
        var pairs = from with in samples.Where(one => one.Sample.Outcome)
                    from without in samples.Where(one => !one.Sample.Outcome)
                    select with.Probability > without.Probability ? 1 : with.Probability == without.Probability ? 0.5 : 0;

        var ranking = Ranking.Of(samples);

        Assert.Equal(pairs.Average(), ranking.Auc!.Value, 1e-9);
        Assert.True(ranking.Low < ranking.Auc && ranking.Auc < ranking.High);
    }

    [Fact]
    public void Nothing_is_told_of_moments_that_are_all_alike()
    {
        var all = Scored(1, 50, _ => 0.3).Where(one => one.Sample.Outcome).ToList();

        Assert.Null(Ranking.Of(all).Auc);
        Assert.Null(Calibration.Of(all).Slope);
        Assert.Null(Ranking.Of([]).Auc);
        Assert.Empty(Calibration.Of([]).Tenths);
    }

    [Fact]
    public void True_probabilities_are_calibrated_and_twisted_ones_are_not_by_just_that_much()
    {
        var right = Calibration.Of(Scored(5, 20_000, Truth));
        var surer = Calibration.Of(Scored(5, 20_000, one => 1 / (1 + Math.Exp(-2 * InventedPersons.Truth.Score(one.Values).Sum))));
        var lower = Calibration.Of(Scored(5, 20_000, one => 1 / (1 + Math.Exp(1 - InventedPersons.Truth.Score(one.Values).Sum))));

        Assert.Equal(0, right.Intercept!.Value, 0.06);
        Assert.Equal(1, right.Slope!.Value, 0.06);
        Assert.Equal(0.5, surer.Slope!.Value, 0.03);
        Assert.Equal(1, lower.Intercept!.Value, 0.06);
        Assert.True(right.Brier < surer.Brier && right.Brier < lower.Brier);
        Assert.Equal(10, right.Tenths.Count);
        Assert.Equal(20_000, right.Tenths.Sum(tenth => tenth.Count));
        Assert.All(right.Tenths, tenth => Assert.Equal(tenth.Predicted, tenth.Observed, 0.04));
    }

    [Fact]
    public void A_group_errs_by_shares_of_its_own_with_and_without_the_outcome()
    {
        var samples = new List<ScoredSample>();
        Add(40, outcome: false, probability: 0.6);
        Add(160, outcome: false, probability: 0.4);
        Add(30, outcome: true, probability: 0.4);
        Add(70, outcome: true, probability: 0.5); // the threshold itself counts

        var error = GroupError.Of("language", "en", samples, threshold: 0.5, least: 100);

        Assert.Equal(0.2, error.FalseAlarms);
        Assert.Equal(0.3, error.Misses);
        Assert.Equal(100.0 / 300, error.Observed);
        Assert.False(GroupError.Of("language", "en", samples, 0.5, least: 101).IsTold);

        void Add(int count, bool outcome, double probability) => samples.AddRange(
            Enumerable.Range(0, count).Select(number => new ScoredSample(new($"{number}", [], outcome, ["en"]), probability)));
    }

    [Fact]
    public void Stability_is_nothing_for_the_same_people_and_much_for_others()
    {
        Assert.Equal(0, Stability.Index([100, 50, 25], [200, 100, 50]), 0.001);
        Assert.True(Stability.Index([100, 50, 25], [25, 50, 100]) > 0.25);
        Assert.True(double.IsFinite(Stability.Index([100, 0, 0], [0, 0, 100])));
        Assert.Equal([2, 0, 1, 1], Stability.PartsOf(InventedPersons.Features[0], [0, 0.9, 2, 7]));
    }

    private static double Truth(Sample sample) => InventedPersons.Truth.Score(sample.Values).Probability;

    private static List<ScoredSample> Scored(int seed, int count, Func<Sample, double> probability) =>
        InventedPersons.Of(seed, count).ConvertAll(sample => new ScoredSample(sample, probability(sample)));
}
