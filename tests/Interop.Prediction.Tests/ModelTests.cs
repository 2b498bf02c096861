namespace Interop.Prediction.Tests;

/// <summary>A model finds what is there, says so where nothing is, and can be followed with a pencil.</summary>
public sealed class ModelTests
{
    [Fact]
    public void A_planted_signal_is_found_with_its_weights_and_the_same_each_time()
    {
        var (model, validation) = InventedPersons.Tried();
        var (again, _) = InventedPersons.Tried();

        foreach (var (found, planted) in model.Terms.Zip(InventedPersons.Truth.Terms))
        {
            Assert.Equal(planted.Weight, found.Weight, 0.08);
        }

        // It is the best there is for what it was fitted to: there nothing is too high or too low, or too sure.
        var own = Calibration.Of(ScoredSample.Of(model, InventedPersons.Of(1, 6000)));
        Assert.Equal(0, own.Intercept!.Value, 0.005);
        Assert.Equal(1, own.Slope!.Value, 0.005);
        Assert.Equal(InventedPersons.Truth.Intercept, model.Intercept, 0.3);
        Assert.Equal(model.Intercept, again.Intercept);
        Assert.Equal(model.Terms, again.Terms);
        Assert.InRange(validation.Ranking.Auc!.Value, 0.75, 0.95);
        Assert.Empty(validation.Breaches(InventedPersons.Bounds));
    }

    [Fact]
    public void Where_nothing_is_there_the_model_is_as_good_as_chance_and_can_not_be_turned_on()
    {
        var (_, validation) = InventedPersons.Tried(hasSignal: false);

        Assert.Equal(0.5, validation.Ranking.Auc!.Value, 0.03);
        Assert.InRange(0.5, validation.Ranking.Low!.Value, validation.Ranking.High!.Value);
        Assert.Contains("it tells too little, or no more than chance", validation.Breaches(InventedPersons.Bounds));
    }

    [Fact]
    public void A_group_that_the_model_fails_stops_it_and_a_small_one_is_said_to_be_too_small()
    {
        var (_, validation) = InventedPersons.Tried(hidden: 2);

        var breaches = validation.Breaches(InventedPersons.Bounds);
        Assert.Contains("language es: calibration", breaches);
        Assert.DoesNotContain(breaches, breach => breach.StartsWith("district", StringComparison.Ordinal));
        Assert.DoesNotContain(breaches, breach => breach.StartsWith("language vi", StringComparison.Ordinal));
        Assert.Equal(["vi"], validation.Untold.Select(group => group.Group));
    }

    [Fact]
    public void Too_few_outcomes_make_no_model()
    {
        var few = InventedPersons.Of(3, 60);

        Assert.NotNull(Training.Objection(InventedPersons.Features, few));
        Assert.Null(Training.Objection(InventedPersons.Features, InventedPersons.Of(3, 600)));
    }

    [Fact]
    public void A_score_is_the_sum_of_its_terms_and_nothing_else()
    {
        var score = InventedPersons.Truth.Score([9, -1, 2]); // more than the cap counts as the cap, less than nothing as nothing

        Assert.Equal([4.0, 0, 0], score.Terms.Select(term => term.Points));
        Assert.Equal(2.5, score.Sum);
        Assert.Equal(1 / (1 + Math.Exp(-2.5)), score.Probability);
    }
}
