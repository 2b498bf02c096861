using System.Data.Common;
using Interop.Storage.Write;

namespace Interop.Storage.Read;

/// <summary>Exports as rows: each is its owner's.</summary>
public sealed partial class ResourceRows
{
    /// <summary>The export of that id, whoever asked for it.</summary>
    public ExportJob? Export(string id) =>
        Statements.First($"SELECT {ExportColumns} FROM export_job WHERE id = {id}", ReadExport);

    /// <summary>All exports that are not removed yet, oldest first.</summary>
    public IReadOnlyList<ExportJob> Exports() =>
        Statements.Query($"SELECT {ExportColumns} FROM export_job ORDER BY begun_at, id", ReadExport);

    private static Sql ExportColumns => $"id, owner, caller, request, begun_at, progress, finished_at, failure, leased_until";

    private static ExportJob ReadExport(DbDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetInt64(4),
        reader.GetString(5),
        reader.IsDBNull(6) ? null : reader.GetInt64(6),
        reader.Text(7),
        reader.GetInt64(8));
}
