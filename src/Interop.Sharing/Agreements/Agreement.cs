using Interop.Sharing.Policy;

namespace Interop.Sharing.Agreements;

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
/// <param name="Scopes">SMART scopes that clients of the grantee may be registered for; empty for none.</param>
/// <param name="Status">Contract.status as written.</param>
/// <param name="IsSuspended">It carries the modifier <see cref="AgreementReader.Suspension"/>.</param>
/// <param name="Gaps">What is missing or not understood, whatever its status; empty when it could be executed.</param>
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
    IReadOnlyList<string> Scopes,
    string? Status,
    bool IsSuspended,
    IReadOnlyList<string> Gaps)
{
    /// <summary>
    /// What it opens by itself of a type of resource, where it says something else than the tier table
    /// (<see cref="AgreementReader.Opening"/>).
    /// </summary>
    public IReadOnlyDictionary<string, Openness> Opens { get; init; } = new Dictionary<string, Openness>();

    /// <summary>
    /// Purposes for which the grantee's evaluators may use a limited data set (45 CFR 164.514(e)(4)): v3-ActReason codes, none where it
    /// has no such term.
    /// </summary>
    public IReadOnlyList<string> DataUse { get; init; } = [];

    /// <summary>Whether it is in force within its period.</summary>
    public bool IsBinding => Binds(Status) && !IsSuspended && Gaps.Count == 0;

    /// <summary>Why it is not in force, whatever the date; empty when it is.</summary>
    public IReadOnlyList<string> Problems =>
    [
        .. Binds(Status) ? Array.Empty<string>() : ["status is not executed or amended"],
        .. IsSuspended ? ["it is suspended"] : Array.Empty<string>(),
        .. Gaps,
    ];

    /// <summary>The states in which an agreement binds (https://hl7.org/fhir/R4/valueset-contract-status.html).</summary>
    public static bool Binds(string? status) => status is "executed" or "amended";

    public bool InForceAt(long instant) => IsBinding && From <= instant && instant < To;
}
