using Interop.Prediction;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>
/// All that a model looks at: how often, how lately, and what was left undone. Nothing of who somebody is (race, ethnicity, sex, gender
/// identity, orientation, language, address, age), and neither arrests nor force: who is policed more has more of them.
/// </summary>
internal static class RiskFeatures
{
    public const int Lookback = 365;

    public static readonly IReadOnlyList<RiskFeature> All =
    [
        new(
            new("encounters-90d", Cap: 5, Unit: 1, [1, 2, 3]),
            "Earlier crisis encounters that ended in the 90 days before the end of this one",
            "Encounter.status finished, Encounter.subject, Encounter.period.end"),
        new(
            new("encounters-365d", Cap: 10, Unit: 1, [1, 2, 3, 5]),
            "Earlier crisis encounters that ended in the 365 days before",
            "Encounter.status finished, Encounter.subject, Encounter.period.end"),
        new(
            new("months-since-last", Cap: 12, Unit: 1, [1, 3, 6, 12]),
            "Months of 30 days since the last one of these; 12 where there is none",
            "Encounter.status finished, Encounter.subject, Encounter.period.end"),
        new(
            new("follow-ups-not-completed-365d", Cap: 5, Unit: 1, [1, 2, 3]),
            "Follow-ups of these that had failed or been missed",
            "Task.code follow-up-48h, Task.encounter, Task.status failed or rejected, Task.lastModified; "
            + "DetectedIssue.code follow-up-missed, DetectedIssue.implicated, DetectedIssue.identifiedDateTime"),
        new(
            new("ed-transports-365d", Cap: 5, Unit: 1, [1, 2, 3]),
            "Transports of these to an emergency department",
            "Observation.code ed-transport, Observation.encounter, Observation.status final, Observation.valueBoolean true"),
        new(
            new("referrals-not-completed-365d", Cap: 5, Unit: 1, [1, 2, 3]),
            "Referrals that had been rejected or failed in the 365 days before",
            "Task.code fulfill-referral, Task.for, Task.status rejected or failed, Task.lastModified"),
    ];

    public static IReadOnlyList<Feature> Features { get; } = [.. All.Select(feature => feature.Feature)];
}

/// <summary>One thing that a model looks at.</summary>
/// <param name="Words">What it is.</param>
/// <param name="Source">The FHIR elements that it is reckoned from.</param>
internal sealed record RiskFeature(Feature Feature, string Words, string Source);
