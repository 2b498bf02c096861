using System.Data.Common;

namespace Interop.Storage.Audit;

/// <summary>An audit row as its columns, and back.</summary>
internal static class AuditColumns
{
    public static Sql All =>
        $"instant, issuer, client, user_id, organization, practitioner, purposes, interaction, target, patient, outcome, detail";

    /// <param name="first">The column of the instant.</param>
    public static AuditRow Read(DbDataReader reader, int first) => new(
        reader.GetInt64(first), reader.Text(first + 1), reader.Text(first + 2), reader.Text(first + 3), reader.Text(first + 4),
        reader.Text(first + 5), reader.Text(first + 6), reader.GetString(first + 7), reader.Text(first + 8), reader.Text(first + 9),
        reader.GetString(first + 10), reader.GetString(first + 11));
}

/// <summary>The values of an audit row as parameters of a statement that is made once.</summary>
internal sealed class AuditValues
{
    private readonly SqlValue[] values = [.. Enumerable.Range(0, 12).Select(_ => new SqlValue(null))];

    public Sql List => Sql.Join(", ", values.Select(value => (Sql)$"{value}"));

    public void Set(AuditRow row)
    {
        object?[] columns =
        [
            row.Instant, row.Issuer, row.Client, row.User, row.Organization, row.Practitioner, row.Purposes, row.Interaction, row.Target,
            row.Patient, row.Outcome, row.Detail,
        ];
        for (var column = 0; column < columns.Length; column++)
        {
            values[column].Set(columns[column]);
        }
    }
}
