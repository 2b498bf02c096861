using System.Data.Common;
using System.Globalization;
using Interop.Fhir;

namespace Interop.Storage.Write;

/// <summary>What was compiled from resources and is stored beside them, as texts: equal where it would be compiled so again.</summary>
internal static class CompiledRows
{
    private static readonly string[] Tables =
        ["party", "case_relation", "required_reference", "label_inheritance", .. IndexWriter.TableNames];

    /// <summary>
    /// The rows that hang on a resource, each behind the name of its table; of the resource itself what nobody wrote; and the grants that
    /// reach it.
    /// </summary>
    public static IReadOnlySet<string> Of(Statements statements, ResourceKey key)
    {
        var rows = new HashSet<string>(StringComparer.Ordinal);
        var number = statements.Number($"SELECT key FROM resource WHERE type = {key.Type} AND id = {key.Id}");
        rows.UnionWith(statements.Query(
            $"""
            SELECT subject, tier, party_tier, requires, labels, own_labels, passes_labels, own_passes, hash_1, hash_2, hash_3, zone, lane,
                label_rules
            FROM   resource
            WHERE  key = {number}
            """,
            reader => Text("resource", reader)));
        foreach (var table in Tables)
        {
            rows.UnionWith(statements.Query(
                $"SELECT * FROM {Sql.Name(table)} WHERE resource = {number}", reader => Text(table, reader)));
        }

        rows.UnionWith(statements.Query(
            $"""
            SELECT g.grantee, g.practitioner, g.purpose, g.basis, r.type, r.subject
            FROM   reach r JOIN sharing_grant g ON g.number = r.grant_number
            WHERE  r.resource = {number}
            """,
            reader => Text("reach", reader)));
        return rows;
    }

    /// <summary>The grants of a patient.</summary>
    public static IReadOnlySet<string> For(Statements statements, string patient) => statements
        .Query($"SELECT {GrantColumns.All}, zone FROM sharing_grant WHERE subject = {patient}", reader => Text("sharing_grant", reader))
        .ToHashSet(StringComparer.Ordinal);

    private static string Text(string table, DbDataReader reader) => table + " " + string.Join('|', Values(reader));

    private static IEnumerable<string?> Values(DbDataReader reader) => Enumerable.Range(0, reader.FieldCount)
        .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture));
}
