using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Storage.Dialects;

namespace Interop.Storage;

/// <summary>
/// The audit trail: rows that are only ever added, each with a hash over the one before, and a record of the last one, so that a
/// change, a gap and a cut-off end are found.
/// </summary>
internal sealed class AuditChain(Statements statements, Dialect dialect)
{
    private const string HeadName = "audit.head";

    private static readonly Sql Columns = $"""
        sequence, instant, issuer, client, user_id, organization, practitioner, purposes, interaction, target, patient, outcome, detail,
        previous_hash, hash
        """;

    private static readonly AuditHead Start = new(0, new('0', 64));

    /// <summary>The last row of the chain; a work that is undone must set it back.</summary>
    public AuditHead Head { get; set; } = Start;

    /// <summary>Reads the head at the start of a writing transaction: another process may have written since.</summary>
    public void Begin() => Head = Saved() ?? Start;

    public void SaveHead()
    {
        if (Saved() != Head && Head != Start)
        {
            var value = $"{Head.Sequence} {Head.Hash}";
            statements.Execute($"DELETE FROM setting WHERE name = {HeadName}");
            statements.Execute($"INSERT INTO setting (name, value) VALUES ({HeadName}, {value})");
        }
    }

    public void Append(AuditRow row)
    {
        var next = new AuditHead(Head.Sequence + 1, HashOf(Head.Sequence + 1, Head.Hash, row));
        statements.Execute($"""
            INSERT INTO audit
                (sequence, instant, issuer, client, user_id, organization, practitioner, purposes, interaction, target, patient,
                outcome, detail, previous_hash, hash)
            VALUES ({next.Sequence}, {row.Instant}, {row.Issuer}, {row.Client}, {row.User}, {row.Organization}, {row.Practitioner},
                {row.Purposes}, {row.Interaction}, {row.Target}, {row.Patient}, {row.Outcome}, {row.Detail}, {Head.Hash}, {next.Hash})
            """);
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
            foreach (var (entry, previousHash) in links)
            {
                if (ProblemOf(entry, previousHash, last) is { } problem)
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

    private static (AuditEntry Entry, string PreviousHash) Link(DbDataReader reader)
    {
        var row = new AuditRow(
            reader.GetInt64(1), reader.Text(2), reader.Text(3), reader.Text(4), reader.Text(5), reader.Text(6), reader.Text(7),
            reader.GetString(8), reader.Text(9), reader.Text(10), reader.GetString(11), reader.GetString(12));
        return (new(reader.GetInt64(0), row, reader.GetString(14)), reader.GetString(13));
    }

    private List<(AuditEntry Entry, string PreviousHash)> Links(long after, int count) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  sequence > {after}
        ORDER BY sequence
        {dialect.Page(count)}
        """,
        Link);

    private AuditHead? Saved()
    {
        var value = statements.First($"SELECT value FROM setting WHERE name = {HeadName}", reader => reader.GetString(0));
        return value?.Split(' ') is [var sequence, var hash] ? new(long.Parse(sequence, CultureInfo.InvariantCulture), hash) : null;
    }
}

/// <summary>The last row of the audit trail: its number and its hash.</summary>
internal sealed record AuditHead(long Sequence, string Hash);
