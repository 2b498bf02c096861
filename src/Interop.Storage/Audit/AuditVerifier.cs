namespace Interop.Storage.Audit;

/// <summary>
/// Walks the trail from its start and says where it first fails to hold: chain by chain, each row against the one before it, against what
/// finds it by patient, and against what witnesses outside the database have seen of it.
/// </summary>
internal sealed class AuditVerifier(Statements statements, IReadOnlyList<AuditWitness> witnesses, Action<long> progress)
{
    private const int RowsAtOnce = 1000;
    private const int RowsBetweenNews = 100_000;

    private readonly AuditChain chains = new(statements);
    private readonly ILookup<(long Chain, long Sequence), AuditWitness> seen =
        witnesses.Where(witness => witness.Head.Sequence > 0).ToLookup(witness => (witness.Head.Chain, witness.Head.Sequence));
    private long told;

    public AuditVerification Verify(CancellationToken cancellationToken)
    {
        var heads = chains.Heads();
        var numbers = heads.Select(one => one.Head.Chain)
            .Union(statements.Query($"SELECT DISTINCT chain FROM audit", reader => reader.GetInt64(0)))
            .Union(witnesses.Where(witness => witness.Head.Sequence > 0).Select(witness => witness.Head.Chain))
            .Order()
            .ToList();
        var rows = 0L;
        foreach (var chain in numbers)
        {
            var walked = Walk(chain, rows, heads.FirstOrDefault(one => one.Head.Chain == chain).Head, cancellationToken);
            rows += walked.Rows;
            if (!walked.Holds)
            {
                return walked with { Rows = rows, Problem = numbers.Count == 1 ? walked.Problem : $"{walked.Problem} (chain {chain})" };
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

    private AuditVerification Walk(long chain, long before, AuditHead? saved, CancellationToken cancellationToken)
    {
        var last = AuditHead.StartOf(chain);
        var confirmed = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var links = Links(chain, last.Sequence);
            var patients = PatientsOf(chain, last.Sequence, links.Count == 0 ? long.MaxValue : links[^1].Entry.Sequence);
            foreach (var (entry, previous) in links)
            {
                if ((ProblemOf(entry, previous, last) ?? ProblemOf(entry, patients[entry.Sequence])) is { } problem)
                {
                    return new(last.Sequence, entry.Sequence, problem);
                }

                last = new(chain, entry.Sequence, entry.Hash);
                foreach (var witness in seen[(chain, entry.Sequence)])
                {
                    if (witness.Head != last)
                    {
                        var changed = $"It is not the row that {witness.Name} names: a row from {confirmed + 1} on was changed.";
                        return new(last.Sequence, entry.Sequence, changed);
                    }

                    confirmed = entry.Sequence;
                }
            }

            Tell(before + last.Sequence);
            if (links.Count == 0)
            {
                return End(last, saved, patients);
            }
        }
    }

    private AuditVerification End(AuditHead last, AuditHead? saved, ILookup<long, string> left)
    {
        var next = last.Sequence + 1;
        if (witnesses.Where(witness => witness.Head.Chain == last.Chain && witness.Head.Sequence > last.Sequence)
            .MinBy(witness => witness.Head.Sequence) is { } gone)
        {
            return new(last.Sequence, next, $"The trail ends before row {gone.Head.Sequence}, which {gone.Name} names.");
        }

        if (left.Count > 0)
        {
            return new(last.Sequence, next, "A patient is noted of a row that is not there.");
        }

        return (saved ?? AuditHead.StartOf(last.Chain)) == last
            ? new(last.Sequence, null, null)
            : new(last.Sequence, next, "The trail ends elsewhere than its head record says.");
    }

    private void Tell(long rows)
    {
        if (rows / RowsBetweenNews > told)
        {
            told = rows / RowsBetweenNews;
            progress(rows);
        }
    }

    /// <summary>A chain that has begun has a head, and its rows are never fewer than they were.</summary>
    private bool IsThere(AuditHead named, IReadOnlyList<(AuditHead Head, string Others)> heads) => named.Sequence == 0
        ? heads.Any(one => one.Head.Chain == named.Chain)
        : statements.Number(
            $"SELECT 1 FROM audit WHERE chain = {named.Chain} AND sequence = {named.Sequence} AND hash = {named.Hash}") is not null;

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

        return entry.Hash == AuditChain.HashOf(entry.Sequence, previousHash, entry.Row) ? null : "The row was changed.";
    }

    /// <summary>The rows that find it by patient are those that follow from it.</summary>
    private static string? ProblemOf(AuditEntry entry, IEnumerable<string> noted) =>
        entry.Row.Patient is not null
            ? noted.Any() ? "Patients are noted of the row that it does not name." : null
            : noted.SequenceEqual(entry.Row.Patients.Order(StringComparer.Ordinal))
                ? null
                : "The patients that are noted of the row are not those that it names.";

    private List<(AuditEntry Entry, string PreviousHash)> Links(long chain, long after) => statements.Query(
        $"""
        SELECT {AuditChain.Columns} FROM audit
        WHERE  chain = {chain} AND sequence > {after}
        ORDER BY sequence
        {Sql.Page(RowsAtOnce)}
        """,
        AuditChain.Link);

    private ILookup<long, string> PatientsOf(long chain, long after, long last) => statements.Query(
        $"""
        SELECT sequence, patient FROM audit_patient
        WHERE  chain = {chain} AND sequence > {after} AND sequence <= {last}
        ORDER BY sequence, patient
        """,
        reader => (Sequence: reader.GetInt64(0), Patient: reader.GetString(1))).ToLookup(row => row.Sequence, row => row.Patient);
}

/// <summary>What somebody outside the database has seen: a row that was the last of its chain.</summary>
/// <param name="Name">Who or what saw it, for a sentence.</param>
public sealed record AuditWitness(AuditHead Head, string Name);
