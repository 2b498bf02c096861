namespace Interop.Sharing.Policy;

/// <summary>
/// Through whose eyes a statement looks: everything about a request that decides what rows it may see. Made once per
/// request by <c>SharingPolicy.SightOf</c>; storage joins it with grant rows and learns nothing else about sharing.
/// </summary>
/// <param name="Organization">Id of the requester's organisation.</param>
/// <param name="Practitioner">Id of the requester's Practitioner, or null for a system.</param>
/// <param name="Purposes">v3-ActReason codes that this request may use; grants for any of them count.</param>
/// <param name="Instant">UTC microseconds; the one instant of the request.</param>
/// <param name="OwnTier">Tier over resources whose custodian is the requester's own organisation, by role: None, Basic, ... or Own.</param>
/// <param name="OwnCleared">Labels cleared over resources of the requester's own organisation, by role.</param>
/// <param name="Directory">Whether the requester has an agreement in force (or is a custodian) and so reads the directory types.</param>
/// <param name="Types">The resource types that the scopes let it read and search; null for all.</param>
public sealed record Sight(
    string Organization,
    string? Practitioner,
    IReadOnlyList<string> Purposes,
    long Instant,
    Tier OwnTier,
    long OwnCleared,
    bool Directory,
    IReadOnlySet<string>? Types)
{
    /// <summary>
    /// Types of which it sees the whole of its own organisation's resources that concern no patient: the roles that administer.
    /// </summary>
    public IReadOnlyList<string> Keeps { get; init; } = [];

    /// <summary>Types of which it sees as much and writes nothing: the roles that count.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Whether it sees the whole of its own organisation's resources of a type that concern no patient.</summary>
    public bool Shows(string type) => Keeps.Contains(type) || Reads.Contains(type);

    /// <summary>
    /// Types of which it adds to its own organisation's record, as far as it sees what it adds: the roles that keep none and tell of calls.
    /// </summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>What the scopes ask of a resource beyond its type; null where they ask nothing.</summary>
    public ScopeConstraints? Constraints { get; init; }

    /// <summary>The eyes for targets of references that a resource shows: whether they are there, whatever type the scopes open.</summary>
    public Sight ForReferences() =>
        Types is null && Constraints is null ? this : this with { Types = null, Constraints = Constraints?.ForReferences };
}
