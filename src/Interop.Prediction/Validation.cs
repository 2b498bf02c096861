namespace Interop.Prediction;

/// <summary>What is known of a model after moments that it was not made of.</summary>
/// <param name="Everybody">How it errs in all.</param>
/// <param name="Groups">And about each group, those of one kind after another.</param>
public sealed record Validation(
    double Threshold, Ranking Ranking, Calibration Calibration, GroupError Everybody, IReadOnlyList<GroupError> Groups)
{
    /// <param name="threshold">From which probability on somebody is told.</param>
    /// <param name="kinds">The kinds of groups, each with the codes that there are, in the order of a sample's groups.</param>
    public static Validation Of(
        IReadOnlyList<ScoredSample> samples,
        double threshold,
        IReadOnlyList<(string Kind, IReadOnlyList<string> Codes)> kinds,
        int least) => new(
            threshold,
            Ranking.Of(samples),
            Calibration.Of(samples),
            GroupError.Of(string.Empty, string.Empty, samples, threshold, least),
            [.. kinds.SelectMany((kind, place) => kind.Codes.Select(code => GroupError.Of(
                kind.Kind, code, [.. samples.Where(one => one.Sample.Groups[place] == code)], threshold, least)))]);

    /// <summary>Groups of which somebody is there, and not enough to tell how the model errs about them.</summary>
    public IReadOnlyList<GroupError> Untold => [.. Groups.Where(group => group.Count > 0 && !group.IsTold)];

    /// <summary>Everything for which the model has to stop, in words; empty where it may go on.</summary>
    public IReadOnlyList<string> Breaches(Bounds bounds)
    {
        var breaches = new List<string>();
        if (!Everybody.IsTold)
        {
            breaches.Add($"too few moments to tell anything: {Everybody.Count}");
        }

        if (Ranking is not { Auc: { } auc, Low: > 0.5 } || auc < bounds.Auc)
        {
            breaches.Add("it tells too little, or no more than chance");
        }

        breaches.AddRange(Everybody.Breaches(Everybody, bounds).Select(what => $"everybody: {what}"));
        breaches.AddRange(Groups.SelectMany(group =>
            group.Breaches(Everybody, bounds).Select(what => $"{group.Kind} {group.Group}: {what}")));
        return breaches;
    }
}
