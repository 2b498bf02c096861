using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Storage.Audit;

/// <summary>
/// The audit trail: rows that are only ever added, each with a hash over the one before, in a chain for each server that adds to it. A head
/// record of each chain names its last row, and where the other chains were then, so that a change, a gap, a cut-off end and a chain that
/// is gone are found.
/// </summary>
internal sealed class AuditChain
{
    private readonly Statements statements;
    private readonly AuditValues values = new();
    private readonly SqlValue number = new(0L);
    private readonly SqlValue sequence = new(0L);
    private readonly SqlValue previousHash = new("");
    private readonly SqlValue hash = new("");
    private readonly SqlValue patient = new("");
    private readonly SqlText insert;
    private readonly SqlText insertPatient;
    private AuditHead head = AuditHead.StartOf(1);
    private IReadOnlyList<AuditHead> others = [];

    public AuditChain(Statements statements)
    {
        this.statements = statements;
        Sql sql = $"""
            INSERT INTO audit (chain, sequence, {AuditColumns.All}, previous_hash, hash)
            VALUES ({number}, {sequence}, {values.List}, {previousHash}, {hash})
            """;
        insert = statements.Dialect.Write(sql);
        Sql about = $"INSERT INTO audit_patient (patient, chain, sequence) VALUES ({patient}, {number}, {sequence})";
        insertPatient = statements.Dialect.Write(about);
    }

    /// <summary>The number of the chain that is added to.</summary>
    public long Number => head.Chain;

    /// <summary>Takes the first chain that no other server has, for as long as the connection is there.</summary>
    public void Claim()
    {
        var chain = 1;
        while (statements.Number(Sql.In(dialect => dialect.ClaimChain(chain))) is null)
        {
            chain++;
        }

        head = AuditHead.StartOf(chain);
    }

    /// <summary>Reads the head at the start of a writing transaction: another process may have written since.</summary>
    public void Begin()
    {
        // Held from here on, so that what a chain that begins meanwhile adds to it is added behind this.
        statements.Add($"UPDATE head SET sequence = sequence WHERE chain = {head.Chain}");
        var heads = Heads();
        head = heads.FirstOrDefault(one => one.Head.Chain == head.Chain).Head ?? AuditHead.StartOf(head.Chain);
        others = [.. heads.Select(one => one.Head).Where(one => one.Chain != head.Chain)];
    }

    public void SaveHead()
    {
        var named = string.Join(' ', others);
        if (statements.Execute(
            $"UPDATE head SET sequence = {head.Sequence}, hash = {head.Hash}, others = {named} WHERE chain = {head.Chain}") == 0)
        {
            statements.Add(
                $"INSERT INTO head (chain, sequence, hash, others) VALUES ({head.Chain}, {head.Sequence}, {head.Hash}, {named})");

            // From its first row on the others know of it.
            var begun = " " + AuditHead.StartOf(head.Chain);
            statements.Add($"UPDATE head SET others = others || {begun} WHERE chain <> {head.Chain}");
        }
    }

    public void Append(AuditRow row)
    {
        var next = new AuditHead(head.Chain, head.Sequence + 1, HashOf(head.Sequence + 1, head.Hash, row));
        values.Set(row);
        number.Set(next.Chain);
        sequence.Set(next.Sequence);
        previousHash.Set(head.Hash);
        hash.Set(next.Hash);
        statements.Add(insert);
        head = next;
        if (row.Patient is not null)
        {
            return; // found by its column
        }

        foreach (var id in row.Patients)
        {
            patient.Set(id);
            statements.Add(insertPatient);
        }
    }

    public IReadOnlyList<AuditEntry> Read(long after, int count) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  sequence > {after}
        ORDER BY sequence, chain
        {Sql.Page(count)}
        """,
        reader => Link(reader).Entry);

    public IReadOnlyList<AuditRow> OfClient(string client, string organization) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  client = {client} AND organization = {organization}
        ORDER BY instant, chain, sequence
        """,
        reader => Link(reader).Entry.Row);

    public static Sql Columns => $"sequence, {AuditColumns.All}, previous_hash, hash, chain";

    public static string HashOf(long sequence, string previousHash, AuditRow row)
    {
        string?[] fields =
        [
            previousHash, sequence.ToString(CultureInfo.InvariantCulture), row.Instant.ToString(CultureInfo.InvariantCulture), row.Issuer,
            row.Client, row.User, row.Organization, row.Practitioner, row.Purposes, row.Interaction, row.Target, row.Patient, row.Outcome,
            row.Detail,
        ];
        var bytes = new byte[fields.Sum(field => sizeof(int) + Encoding.UTF8.GetByteCount(field ?? ""))];
        var rest = bytes.AsSpan();
        foreach (var field in fields)
        {
            // Each field with its length, and null apart from empty, so that no two rows have the same bytes.
            var written = Encoding.UTF8.GetBytes(field ?? "", rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32BigEndian(rest, field is null ? -1 : written);
            rest = rest[(sizeof(int) + written)..];
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static (AuditEntry Entry, string PreviousHash) Link(DbDataReader reader) => (
        new(reader.GetInt64(0), AuditColumns.Read(reader, 1), reader.GetString(14)) { Chain = reader.GetInt64(15) }, reader.GetString(13));

    /// <summary>The last row of each chain, and where it saw the others.</summary>
    public IReadOnlyList<(AuditHead Head, string Others)> Heads() => statements.Query(
        $"SELECT chain, sequence, hash, others FROM head ORDER BY chain",
        reader => (new AuditHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)), reader.GetString(3)));
}
