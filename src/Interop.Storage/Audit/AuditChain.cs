using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Storage.Dialects;

namespace Interop.Storage.Audit;

/// <summary>
/// The audit trail: rows that are only ever added, each with a hash over the one before, in a chain for each server that adds to it. A head
/// record of each chain names its last row, and where the other chains were then, so that a change, a gap, a cut-off end and a chain that
/// is gone are found.
/// </summary>
internal sealed class AuditChain
{
    private readonly Statements statements;
    private readonly Dialect dialect;
    private readonly AuditValues values = new();
    private readonly SqlValue number = new(0L);
    private readonly SqlValue sequence = new(0L);
    private readonly SqlValue previousHash = new("");
    private readonly SqlValue hash = new("");
    private readonly SqlText insert;
    private AuditHead head = AuditHead.StartOf(1);
    private IReadOnlyList<AuditHead> others = [];

    public AuditChain(Statements statements, Dialect dialect)
    {
        (this.statements, this.dialect) = (statements, dialect);
        Sql sql = $"""
            INSERT INTO audit (chain, sequence, {AuditColumns.All}, previous_hash, hash)
            VALUES ({number}, {sequence}, {values.List}, {previousHash}, {hash})
            """;
        insert = sql.Flatten();
    }

    /// <summary>Takes the first chain that no other server has, for as long as the connection is there.</summary>
    public void Claim()
    {
        var chain = 1;
        while (statements.Number(dialect.ClaimChain(chain)) is null)
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
    }

    public IReadOnlyList<AuditEntry> Read(long after, int count) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  sequence > {after}
        ORDER BY sequence, chain
        {dialect.Page(count)}
        """,
        reader => Link(reader).Entry);

    public IReadOnlyList<AuditRow> OfClient(string client, string organization) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  client = {client} AND organization = {organization}
        ORDER BY instant, chain, sequence
        """,
        reader => Link(reader).Entry.Row);

    public AuditVerification Verify(CancellationToken cancellationToken)
    {
        var heads = Heads();
        var chains = heads.Select(one => one.Head.Chain)
            .Union(statements.Query($"SELECT DISTINCT chain FROM audit", reader => reader.GetInt64(0)))
            .Order()
            .ToList();
        var rows = 0L;
        foreach (var chain in chains)
        {
            var walked = Walk(chain, heads.FirstOrDefault(one => one.Head.Chain == chain).Head, cancellationToken);
            rows += walked.Rows;
            if (!walked.Holds)
            {
                return walked with { Rows = rows, Problem = chains.Count == 1 ? walked.Problem : $"{walked.Problem} (chain {chain})" };
            }
        }

        foreach (var (own, named) in heads.SelectMany(one => AuditHead.Parse(one.Others).Select(other => (one.Head, other))))
        {
            if (!IsThere(named, heads))
            {
                var problem = $"The row is gone that the head record of chain {own.Chain} names (chain {named.Chain}).";
                return new(rows, Math.Max(named.Sequence, 1), problem);
            }
        }

        return new(rows, null, null);
    }

    private AuditVerification Walk(long chain, AuditHead? saved, CancellationToken cancellationToken)
    {
        var last = AuditHead.StartOf(chain);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var links = Links(chain, last.Sequence, 1000);
            foreach (var (entry, previous) in links)
            {
                if (ProblemOf(entry, previous, last) is { } problem)
                {
                    return new(last.Sequence, entry.Sequence, problem);
                }

                last = new(chain, entry.Sequence, entry.Hash);
            }

            if (links.Count == 0)
            {
                return saved == last
                    ? new(last.Sequence, null, null)
                    : new(last.Sequence, last.Sequence + 1, "The trail ends elsewhere than its head record says.");
            }
        }
    }

    /// <summary>A chain that has begun has a head, and its rows are never fewer than they were.</summary>
    private bool IsThere(AuditHead named, IReadOnlyList<(AuditHead Head, string Others)> heads) => named.Sequence == 0
        ? heads.Any(one => one.Head.Chain == named.Chain)
        : statements.Number(
            $"SELECT 1 FROM audit WHERE chain = {named.Chain} AND sequence = {named.Sequence} AND hash = {named.Hash}") is not null;

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

    private List<(AuditEntry Entry, string PreviousHash)> Links(long chain, long after, int count) => statements.Query(
        $"""
        SELECT {Columns} FROM audit
        WHERE  chain = {chain} AND sequence > {after}
        ORDER BY sequence
        {dialect.Page(count)}
        """,
        Link);

    private List<(AuditHead Head, string Others)> Heads() => statements.Query(
        $"SELECT chain, sequence, hash, others FROM head ORDER BY chain",
        reader => (new AuditHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)), reader.GetString(3)));
}

/// <summary>The last row of a chain of the audit trail: its number and its hash.</summary>
internal sealed record AuditHead(long Chain, long Sequence, string Hash)
{
    /// <summary>Before its first row. No two chains begin alike, so that none stands for another.</summary>
    public static AuditHead StartOf(long chain) => new(chain, 0, (chain - 1).ToString("x64", CultureInfo.InvariantCulture));

    public static IEnumerable<AuditHead> Parse(string heads) =>
        heads.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(head => head.Split(':')).Select(parts => new AuditHead(
            long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}:{Sequence}:{Hash}");
}
