namespace Interop.Storage.Audit;

/// <summary>What is written down about one request: who, what, on what, with what outcome. Never resource content.</summary>
/// <param name="Instant">UTC microseconds.</param>
/// <param name="Issuer">The token's issuer.</param>
/// <param name="Client">The token's client_id.</param>
/// <param name="User">The token's sub.</param>
/// <param name="Organization">Id of the requester's Organization.</param>
/// <param name="Practitioner">Id of the requester's Practitioner.</param>
/// <param name="Purposes">v3-ActReason codes, joined by a space.</param>
/// <param name="Interaction">Such as <c>read</c> or <c>search-type</c>.</param>
/// <param name="Target">Such as <c>Patient/x</c> or a type.</param>
/// <param name="Patient">Id of the one Patient whose data it was about; of several <paramref name="Detail"/> tells (<c>about</c>).</param>
/// <param name="Outcome">Such as <c>permit</c>, <c>absent</c>, <c>deny</c>.</param>
/// <param name="Detail">A JSON object: the rest, with the names of the rules.</param>
public sealed record AuditRow(
    long Instant,
    string? Issuer,
    string? Client,
    string? User,
    string? Organization,
    string? Practitioner,
    string? Purposes,
    string Interaction,
    string? Target,
    string? Patient,
    string Outcome,
    string Detail)
{
    /// <summary>
    /// Ids of all Patients whose data it was about: read from what the row's hash is over, so that the rows that find it by them can be
    /// checked against it.
    /// </summary>
    public IReadOnlyList<string> Patients => Patient is not null ? [Patient] : AuditDetail.PatientsOf(Detail);
}

/// <summary>An audit row in its place in the chain.</summary>
/// <param name="Hash">SHA-256 over the previous hash and this row's canonical bytes, in lower-case hex.</param>
public sealed record AuditEntry(long Sequence, AuditRow Row, string Hash)
{
    /// <summary>The number of its chain: of the server that added it.</summary>
    public long Chain { get; init; } = 1;
}

/// <summary>Whether the audit trail is whole: the rows checked, and the first place where it is not, in words.</summary>
public sealed record AuditVerification(long Rows, long? BrokenSequence, string? Problem)
{
    public bool Holds => Problem is null;
}
