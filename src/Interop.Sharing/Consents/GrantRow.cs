using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>
/// One compiled decision: at any instant in [<see cref="From"/>, <see cref="To"/>) the grantee, acting for the purpose,
/// sees the subject's resources of this custodian up to the tier, provided that all their labels are cleared.
/// Several rows of one key may hold at once (one per tier and clearance): the best row that clears a resource's labels
/// counts. A patient who has any row for a (custodian, grantee) has all of them: the agreement's default, which is the row
/// with a null subject, is used only for patients without any row for that pair. A row with <see cref="Tier.None"/> is how
/// "nothing" overrides the default. Rows with a practitioner win over rows without for that practitioner.
/// </summary>
/// <param name="Subject">Id of the Patient, or null for the agreement's default.</param>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Grantee">Id of the requesting Organization.</param>
/// <param name="Practitioner">Id of the one Practitioner that the row is for, or null for the whole organisation.</param>
/// <param name="Purpose">v3-ActReason code.</param>
/// <param name="Cleared">Bitmask of labels.</param>
/// <param name="From">UTC microseconds, inclusive.</param>
/// <param name="To">UTC microseconds, exclusive; long.MaxValue for no end.</param>
/// <param name="Basis">
/// What it rests on, for the trail: <c>Contract/x</c>, and with a space before it <c>Consent/y/_history/2#provision.provision[0]</c>.
/// </param>
public sealed record GrantRow(
    string? Subject, string Source, string Grantee, string? Practitioner, string Purpose, Tier Tier, long Cleared, long From, long To,
    string Basis)
{
    /// <summary>What the row does not open after all: see <see cref="ClosedTypes"/>.</summary>
    public ClosedTypes Closed { get; init; } = ClosedTypes.None;
}
