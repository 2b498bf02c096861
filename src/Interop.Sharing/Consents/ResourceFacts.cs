using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>What a decision needs of a resource.</summary>
/// <param name="Type">Such as <c>Encounter</c>.</param>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Labels">All its labels, inherited ones too.</param>
/// <param name="Tiers">Lowest tiers at which it appears.</param>
/// <param name="Party">Whether the requester's organisation is party to it.</param>
/// <param name="Directory">Whether it is a directory resource, without a patient.</param>
public sealed record ResourceFacts(string Type, string Source, long Labels, TierPair Tiers, bool Party, bool Directory);
