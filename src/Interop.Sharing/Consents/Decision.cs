using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>What one sight may see of one resource, and why.</summary>
/// <param name="Tier">Up to which tier, given the resource's labels; None when they are not cleared.</param>
/// <param name="Cleared">The labels cleared at that tier.</param>
/// <param name="Visible">Whether the resource appears at that tier at all.</param>
/// <param name="Obligations">What the answer owes, such as <c>P2-NOTICE(2.32a)</c>.</param>
/// <param name="Reasons">The rules that led there, in order; empty unless asked for.</param>
public readonly record struct Decision(
    Tier Tier, long Cleared, bool Visible, IReadOnlyList<string> Obligations, IReadOnlyList<Reason> Reasons);

/// <summary>One step of a decision, for <c>interop explain</c>.</summary>
/// <param name="Rule">In words, such as <c>consent-permits</c>.</param>
/// <param name="Basis">The consent or agreement it rests on, such as <c>Consent/x</c>; empty for none.</param>
/// <param name="Effect">What it did, in words; never a value out of a resource.</param>
public sealed record Reason(string Rule, string Basis, string Effect)
{
    /// <summary>The purpose (v3-ActReason) for which it was asked; null where it does not matter.</summary>
    public string? Purpose { get; init; }

    /// <summary>Up to which tier it opens, or from which it takes away.</summary>
    public Tier Tier { get; init; }

    /// <summary>The labels that it is about, as a bitmask; -1 for everything.</summary>
    public long Labels { get; init; }

    /// <summary>The version of the consent; 0 where it is none.</summary>
    public long Version { get; init; }

    /// <summary>Where in the consent it stands.</summary>
    public string? Provision { get; init; }
}
