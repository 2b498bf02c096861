using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Storage.Dialects;

namespace Interop.Storage.Audit;

/// <summary>
/// The audit trail: rows that are only ever added, each with a hash over the one before, and a record of the last one, so that a
/// change, a gap and a cut-off end are found.
/// </summary>
internal sealed class AuditChain
{
    private static readonly AuditHead Start = new(0, new('0', 64));

    private readonly Statements statements;
    private readonly Dialect dialect;
    private readonly AuditValues values = new();
    private readonly SqlValue sequence = new(0L);
    private readonly SqlValue previousHash = new("");
    private readonly SqlValue hash = new("");
    private readonly SqlText insert;

    public AuditChain(Statements statements, Dialect dialect)
    {
        (this.statements, this.dialect) = (statements, dialect);
        Sql sql = $"""
            INSERT INTO audit (sequence, {AuditColumns.All}, previous_hash, hash)
            VALUES ({sequence}, {values.List}, {previousHash}, {hash})
            """;
        insert = sql.Flatten();
    }

    private AuditHead Head { get; set; } = Start;

    /// <summary>Reads the head at the start of a writing transaction: another process may have written since.</summary>
    public void Begin() => Head = Saved() ?? Start;

    public void SaveHead()
    {
        if (statements.Execute($"UPDATE head SET sequence = {Head.Sequence}, hash = {Head.Hash}") == 0)
        {
            statements.Execute($"INSERT INTO head (sequence, hash) VALUES ({Head.Sequence}, {Head.Hash})");
        }
    }

    public void Append(AuditRow row)
    {
        var next = new AuditHead(Head.Sequence + 1, HashOf(Head.Sequence + 1, Head.Hash, row));
        values.Set(row);
        sequence.Set(next.Sequence);
        previousHash.Set(Head.Hash);
        hash.Set(next.Hash);
        statements.Execute(insert);
        Head = next;
    }

    public IReadOnlyList<AuditEntry> Read(long after, int count) => Links(after, count).ConvertAll(link => link.Entry);

    public IReadOnlyList<AuditRow> OfClient(string client, string organization) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  client = {client} AND organization = {organization}
        ORDER BY sequence
        """,
        reader => Link(reader).Entry.Row);

    public AuditVerification Verify(CancellationToken cancellationToken)
    {
        var last = Start;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var links = Links(last.Sequence, 1000);
            foreach (var (entry, previous) in links)
            {
                if (ProblemOf(entry, previous, last) is { } problem)
                {
                    return new(last.Sequence, entry.Sequence, problem);
                }

                last = new(entry.Sequence, entry.Hash);
            }

            if (links.Count == 0)
            {
                return (Saved() ?? Start) == last
                    ? new(last.Sequence, null, null)
                    : new(last.Sequence, last.Sequence + 1, "The trail ends elsewhere than its head record says.");
            }
        }
    }

    private static Sql Columns => $"sequence, {AuditColumns.All}, previous_hash, hash";

    private static string? ProblemOf(AuditEntry entry, string previousHash, AuditHead last)
    {
        if (entry.Sequence != last.Sequence + 1)
        {
            return "A row is missing before this one.";
        }

        if (previousHash != last.Hash)
        {
            return "The row does not follow the one before it.";
        }

        return entry.Hash == HashOf(entry.Sequence, previousHash, entry.Row) ? null : "The row was changed.";
    }

    private static string HashOf(long sequence, string previousHash, AuditRow row)
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

    private static (AuditEntry Entry, string PreviousHash) Link(DbDataReader reader) =>
        (new(reader.GetInt64(0), AuditColumns.Read(reader, 1), reader.GetString(14)), reader.GetString(13));

    private List<(AuditEntry Entry, string PreviousHash)> Links(long after, int count) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  sequence > {after}
        ORDER BY sequence
        {dialect.Page(count)}
        """,
        Link);

    private AuditHead? Saved() => statements.First(
        $"SELECT sequence, hash FROM head", reader => new AuditHead(reader.GetInt64(0), reader.GetString(1)));
}

/// <summary>The last row of the audit trail: its number and its hash.</summary>
internal sealed record AuditHead(long Sequence, string Hash);
