using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>
/// The types of resources that a grant does not open: to who names the person, and to who does not. Texts that a statement can ask,
/// such as <c>" CarePlan RiskAssessment "</c>; empty for none.
/// </summary>
public readonly record struct ClosedTypes(string ToNaming, string ToListing)
{
    public static ClosedTypes None { get; } = new("", "");

    /// <summary>How a statement asks with LIKE whether a text has the type.</summary>
    public static string PatternOf(string type) => $"% {type} %";

    /// <param name="isListing">Whether nobody named the person.</param>
    public bool Contains(string type, bool isListing)
    {
        var closed = isListing ? ToListing : ToNaming;
        return closed.Length > 0 && closed.Contains($" {type} ", StringComparison.Ordinal);
    }

    internal static ClosedTypes Of(Standing standing, Agreement agreement)
    {
        if (standing == Standing.Case)
        {
            return None;
        }

        var alone = SharingPolicy.Default.Alone;
        return new(
            Text(alone.Where(rule => OpennessOf(rule, standing, agreement) < Openness.Named)),
            Text(alone.Where(rule => OpennessOf(rule, standing, agreement) < Openness.Listed)));
    }

    private static Openness OpennessOf(KeyValuePair<string, Openness> rule, Standing standing, Agreement agreement)
    {
        var alone = agreement.Opens.TryGetValue(rule.Key, out var agreed) ? agreed : rule.Value;
        var isOfReferral = rule.Value > Openness.Closed || SharingPolicy.Default.Tiers.OpenToReferral.Contains(rule.Key);
        return standing == Standing.Referral && isOfReferral ? Openness.Listed : alone;
    }

    private static string Text(IEnumerable<KeyValuePair<string, Openness>> rules)
    {
        var types = string.Join(' ', rules.Select(rule => rule.Key));
        return types.Length == 0 ? "" : $" {types} ";
    }
}
