namespace Interop.Sharing.Policy;

/// <summary>Why a resource carries a label.</summary>
internal sealed record LabelRule(string Id, long Labels);
