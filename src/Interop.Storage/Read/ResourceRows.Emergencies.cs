using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Storage.Read;

/// <summary>Who broke the glass.</summary>
public sealed partial class ResourceRows
{
    /// <param name="source">Only over the records of this custodian; null for all.</param>
    public IReadOnlyList<EmergencyFact> EmergenciesOf(string patient, string? source = null) => Statements.Query(
        $"""
        SELECT source, organization, practitioner, medical, valid_from, valid_to, review FROM emergency
        WHERE  patient = {patient} AND {(source is null ? (Sql)$"1 = 1" : $"source = {source}")}
        ORDER BY valid_from, source, organization, practitioner
        """,
        reader => new EmergencyFact(
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetInt64(3) == 1,
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetString(6)));

    /// <summary>Whether what the person broke opens anything at the instant (UTC microseconds).</summary>
    public bool IsInEmergency(string organization, string practitioner, long instant) => Statements.Number(
        $"""
        SELECT 1 FROM sharing_grant
        WHERE  grantee = {organization} AND purpose = {Purposes.Emergency} AND practitioner = {practitioner} AND tier > 0
        AND    valid_to > {instant} AND valid_from <= {instant}
        {Dialect.Page(1)}
        """) is not null;

    /// <summary>The Tasks that should have reviewed by the instant who of the organisation broke the glass in a role.</summary>
    public IReadOnlyList<string> ReviewsDue(string source, string organization, string role, long instant) => Statements.Query(
        $"""
        SELECT review FROM emergency
        WHERE  source = {source} AND organization = {organization} AND role = {role} AND review_due <= {instant}
        """,
        reader => reader.GetString(0));
}
