namespace Interop.Storage.Write;

/// <summary>Exports as rows.</summary>
public sealed partial class WriteSession
{
    public void AddExport(ExportJob job) => Rows.Statements.Execute($"""
        INSERT INTO export_job (id, owner, caller, request, begun_at, progress, finished_at, failure, leased_until)
        VALUES ({job.Id}, {job.Owner}, {job.Caller}, {job.Request}, {job.BegunAt}, {job.Progress}, {job.FinishedAt}, {job.Failure},
            {job.LeasedUntil})
        """);

    /// <summary>Takes the job for one server until a time; false where another one has it, or nobody has to.</summary>
    public bool LeaseExport(string id, long now, long until) => Rows.Statements.Execute($"""
        UPDATE export_job SET leased_until = {until} WHERE id = {id} AND finished_at IS NULL AND leased_until < {now}
        """) > 0;

    /// <summary>Ends a server's lease before its time.</summary>
    public void GiveBackExport(ExportJob leased) => Rows.Statements.Execute($"""
        UPDATE export_job SET leased_until = 0 WHERE id = {leased.Id} AND leased_until = {leased.LeasedUntil}
        """);

    /// <summary>Writes down how far it is; false where it was cancelled meanwhile.</summary>
    public bool SaveExport(ExportJob job) => Rows.Statements.Execute($"""
        UPDATE export_job
        SET    progress = {job.Progress}, finished_at = {job.FinishedAt}, failure = {job.Failure}, leased_until = {job.LeasedUntil}
        WHERE  id = {job.Id}
        """) > 0;

    public void RemoveExport(string id) => Rows.Statements.Execute($"DELETE FROM export_job WHERE id = {id}");
}
