using Interop.Fhir;
using Interop.Sharing.Policy;
using Interop.Storage.Search;

namespace Interop.Storage.Read;

/// <summary>Whom resources are about.</summary>
public sealed partial class ResourceRows
{
    /// <summary>Ids of the Patients that a resource is about, in order; none where there are none or it is not stored.</summary>
    public IReadOnlyList<string> PatientsOf(ResourceKey key) => Statements.First(
        $"SELECT {Visibility.Patients(Sql.Name("r"))} FROM resource r WHERE r.type = {key.Type} AND r.id = {key.Id}",
        reader => Ids(reader.Text(0))) ?? [];

    /// <summary>
    /// How much of what a custodian keeps about a patient one sight sees that names the patient, by type and tier: of what another sight
    /// sees as well. What concerns several patients is not counted.
    /// </summary>
    /// <param name="among">Whose eyes see what is counted.</param>
    public IReadOnlyList<SeenCount> Counts(string patient, string source, Sight sight, Sight among)
    {
        var (r, seen) = (Sql.Name("r"), Sql.Name("v"));
        var visibility = new Visibility(sight);
        return Statements.Query(
            $"""
            SELECT r.type, v.seen, COUNT(*)
            FROM  (SELECT r.key AS key, {visibility.Tier(r)} AS seen, {visibility.Party(r)} AS party
                   FROM   resource r
                   WHERE  r.subject = {patient} AND r.source = {source} AND r.deleted = 0
                      AND {new Visibility(among).Visible(r)}) v
            JOIN   resource r ON r.key = v.key
            WHERE  {visibility.Appears(new(r, seen))}
            GROUP BY r.type, v.seen
            ORDER BY r.type, v.seen
            """,
            reader => new SeenCount(reader.GetString(0), (Tier)reader.GetInt64(1), reader.GetInt64(2)));
    }

    // Nearly always it is one, which needs no taking apart.
    private static string[] Ids(string? joined) => joined switch
    {
        null => [],
        _ when joined.Contains(' ', StringComparison.Ordinal) => [.. joined.Split(' ').Order(StringComparer.Ordinal)],
        _ => [joined],
    };
}

/// <summary>How many resources of a type a sight sees at a tier.</summary>
public readonly record struct SeenCount(string Type, Tier Tier, long Count);
