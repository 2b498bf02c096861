namespace Interop.Storage.Audit;

/// <summary>
/// The audit rows of writes, stored in the transaction that they are about, until the trail has taken them: a write and its row are there
/// together or not at all, though the trail is another database.
/// </summary>
internal sealed class PendingAudit
{
    private readonly Statements statements;
    private readonly AuditValues values = new();
    private readonly SqlText insert;

    public PendingAudit(Statements statements)
    {
        this.statements = statements;
        insert = statements.Dialect.Write(
            Sql.In(dialect => dialect.Inserted($"audit_pending ({AuditColumns.All})", values.List, $"number")));
    }

    public PendingRow Add(AuditRow row)
    {
        values.Set(row);
        return new(statements.Number(insert)!.Value, row);
    }

    /// <summary>All that are there, oldest first.</summary>
    public IReadOnlyList<PendingRow> All() => statements.Query(
        $"SELECT number, {AuditColumns.All} FROM audit_pending ORDER BY number",
        reader => new PendingRow(reader.GetInt64(0), AuditColumns.Read(reader, 1)));

    public void Remove(IEnumerable<long> numbers)
    {
        foreach (var number in numbers)
        {
            statements.Add($"DELETE FROM audit_pending WHERE number = {number}");
        }
    }
}

/// <param name="Number">Null for a row that no write is about.</param>
internal sealed record PendingRow(long? Number, AuditRow Row);
