using Interop.Prediction;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>The end of a finished crisis encounter: when a model is asked about a person.</summary>
/// <param name="Encounter">Id of the Encounter.</param>
/// <param name="Person">Id of the Patient.</param>
/// <param name="Ended">UTC microseconds.</param>
/// <param name="Values">Of <see cref="RiskFeatures.All"/>, in their order, as they could be known then.</param>
/// <param name="Others">When the other crisis encounters of the person ended.</param>
/// <param name="Groups">To whom the person belonged then: to see how a model errs, never to score.</param>
internal sealed record Moment(
    string Encounter, string Person, long Ended, IReadOnlyList<double> Values, IReadOnlyList<long> Others, IReadOnlyList<string> Groups)
{
    /// <summary>What is predicted: another finished crisis encounter of the person ends within 90 days after the end of this one.</summary>
    public const string Target = "Another crisis encounter within 90 days";

    /// <summary>For how long it is predicted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(90);

    private static readonly long Length = Window.InMicroseconds();

    /// <summary>When the outcome is known.</summary>
    public long Known => Ended + Length;

    public Sample Sample => new(Person, Values, Others.Any(other => other > Ended && other <= Known), Groups);
}
