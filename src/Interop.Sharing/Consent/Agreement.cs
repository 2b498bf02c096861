using Interop.Sharing.Policy;

namespace Interop.Sharing.Consent;

/// <summary>
/// A sharing agreement (MOU) between two organisations, read from a Contract by <see cref="AgreementReader"/>.
/// </summary>
/// <param name="Id">Id of the Contract.</param>
/// <param name="Grantor">Id of the custodian Organization whose records it opens; empty when unreadable.</param>
/// <param name="Cleared">Bitmask of labels that it may carry, those that they subsume included.</param>
/// <param name="Purposes">v3-ActReason codes.</param>
/// <param name="From">UTC microseconds, inclusive.</param>
/// <param name="To">UTC microseconds, exclusive; the end of the stated day in UTC.</param>
/// <param name="ReviewDate">When it is due for review, as written.</param>
/// <param name="Problems">Why it is not in force, whatever the date; empty when it is.</param>
public sealed record Agreement(
    string Id,
    string Grantor,
    string Grantee,
    Tier Ceiling,
    long Cleared,
    IReadOnlyList<string> Purposes,
    long From,
    long To,
    string? ReviewDate,
    IReadOnlyList<string> Problems)
{
    public bool InForceAt(long instant) => Problems.Count == 0 && From <= instant && instant < To;
}
