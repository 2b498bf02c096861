using Interop.Prediction;
using Interop.Server.Guard;
using Interop.Server.Measures;
using Interop.Server.Settings;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>
/// Makes a model of a site's own history, and tries it on what came later: never on a random part, for a model that has seen the summer
/// knows its persons in the summer.
/// </summary>
internal sealed class ModelTraining(
    GuardedStore store, VisitHistory history, EvaluationTable table, InteropSettings settings)
{
    /// <summary>The last part of the moments, of which the model is not made.</summary>
    private const double Held = 0.3;

    /// <summary>All moments of the programme whose outcome is known, month by month.</summary>
    /// <param name="progress">Is told of each month, and how many moments there are by then.</param>
    public async Task<IReadOnlyList<Moment>> MomentsAsync(Action<DateOnly, int> progress, CancellationToken cancellationToken)
    {
        var moments = new List<Moment>();
        var now = store.Now();
        var today = settings.DayAt(now);
        for (var month = table.Start; month <= today; month = month.AddMonths(1))
        {
            await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
            moments.AddRange(history.Within(
                snapshot.RecordOf(settings.Custodian), settings.StartOf(month), settings.StartOf(month.AddMonths(1))));
            progress(month, moments.Count);
        }

        return [.. moments.Where(moment => moment.Known <= now)];
    }

    /// <param name="share">Of how many persons in a hundred a navigator is to be told, as a share.</param>
    /// <exception cref="SettingsException">There is too little history.</exception>
    public TrainedModel Train(IReadOnlyList<Moment> moments, double share)
    {
        var cut = moments.Count == 0 ? long.MaxValue : moments[(int)(moments.Count * (1 - Held))].Ended;

        // What a moment came to must have been known before the first of those that it is tried on.
        var training = moments.Where(moment => moment.Known <= cut).ToList();
        var later = moments.Where(moment => moment.Ended > cut).ToList();
        var samples = training.ConvertAll(moment => moment.Sample);
        if (Training.Objection(RiskFeatures.Features, samples) is { } objection)
        {
            throw new SettingsException($"There is too little history to make a model of. {objection}");
        }

        if (later.Count < settings.EarlyIntervention!.Bounds.Least)
        {
            throw new SettingsException($"There is too little history to try a model on: {later.Count} later encounters.");
        }

        var model = Training.Fit(RiskFeatures.Features, samples);
        var probabilities = ScoredSample.Of(model, samples).Select(one => one.Probability).Order().ToList();
        var threshold = Math.Round(probabilities[Math.Min(probabilities.Count - 1, (int)(probabilities.Count * (1 - share)))], 4);
        return new(
            model,
            store.Now(),
            Of(training),
            Of(later),
            Validation.Of(
                ScoredSample.Of(model, later.Select(moment => moment.Sample)),
                threshold,
                history.Kinds,
                settings.EarlyIntervention.Bounds.Least),
            [
                .. RiskFeatures.Features.Select((feature, place) =>
                    Stability.PartsOf(feature, training.Select(moment => moment.Values[place]))),
            ]);
    }

    private static MomentsOfTraining Of(List<Moment> moments) => new(
        moments[0].Ended,
        moments[^1].Ended,
        moments.Count,
        moments.Select(moment => moment.Person).Distinct().Count(),
        moments.Count(moment => moment.Sample.Outcome));
}

/// <summary>What training gives.</summary>
/// <param name="Made">UTC microseconds.</param>
internal sealed record TrainedModel(
    RiskModel Model,
    long Made,
    MomentsOfTraining Training,
    MomentsOfTraining Held,
    Validation Validation,
    IReadOnlyList<IReadOnlyList<int>> Parts);

/// <summary>Between which ends of encounters, and how many.</summary>
internal sealed record MomentsOfTraining(long From, long To, int Count, int Persons, int Outcomes);
