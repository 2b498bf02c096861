using Interop.Fhir;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Storage.Read;

/// <summary>What decides about a patient's records: cases, broken glasses, and the grants that are compiled of them.</summary>
public sealed partial class ResourceRows
{
    /// <param name="source">Only the cases that this custodian's own records establish; null for all.</param>
    public IReadOnlyList<CaseFact> CasesOf(string patient, string? source = null) => Statements.Query(
        source is null
            ? (Sql)$"""
                SELECT organization, valid_from, valid_to, referral FROM case_relation WHERE patient = {patient}
                ORDER BY resource, organization, valid_from, referral
                """
            : (Sql)$"""
                SELECT c.organization, c.valid_from, c.valid_to, c.referral
                FROM   case_relation c JOIN resource r ON r.key = c.resource
                WHERE  c.patient = {patient} AND r.source = {source}
                ORDER BY c.resource, c.organization, c.valid_from, c.referral
                """,
        reader => new CaseFact(patient, reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3) == 1));

    /// <summary>When the case ends that the resource establishes, UTC microseconds; null where it establishes none.</summary>
    public long? CaseEnd(ResourceKey key) => Statements.Number(
        $"""
        SELECT MAX(c.valid_to)
        FROM   case_relation c JOIN resource r ON r.key = c.resource
        WHERE  r.type = {key.Type} AND r.id = {key.Id} AND c.referral = 0
        """);

    /// <summary>The grant rows of a patient; with null the agreements' defaults.</summary>
    public IReadOnlyList<GrantRow> GrantsOf(string? patient) => Statements.Query(
        $"SELECT {GrantColumns.All} FROM sharing_grant WHERE subject = {patient ?? ""} ORDER BY number", GrantColumns.Read);

    /// <summary>The patients whose grants differ from the defaults, or might once they are compiled again.</summary>
    public IReadOnlyList<string> PatientsWithGrants() => Statements.Query(
        $"""
        SELECT subject FROM sharing_grant WHERE subject <> ''
        UNION
        SELECT patient FROM case_relation
        UNION
        SELECT patient FROM emergency
        UNION
        SELECT subject FROM resource WHERE type = 'Consent' AND deleted = 0 AND subject IS NOT NULL
        ORDER BY 1
        """,
        reader => reader.GetString(0));

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
        {Sql.Limit(1)}
        """) is not null;

    /// <summary>The Tasks that should have reviewed by the instant who of the organisation broke the glass in a role.</summary>
    public IReadOnlyList<string> ReviewsDue(string source, string organization, string role, long instant) => Statements.Query(
        $"""
        SELECT review FROM emergency
        WHERE  source = {source} AND organization = {organization} AND role = {role} AND review_due <= {instant}
        """,
        reader => reader.GetString(0));
}
