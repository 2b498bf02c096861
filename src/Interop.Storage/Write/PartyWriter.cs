using Interop.Sharing.Redaction;

namespace Interop.Storage.Write;

/// <summary>
/// Who is party to a resource, and when the view that each of them has last changed: what the resource says to one party moves nothing
/// for another.
/// </summary>
internal sealed class PartyWriter(Statements statements)
{
    /// <param name="known">The previous version as it would be judged now; null where what was stored with it counts.</param>
    /// <param name="at">The time of views that changed, UTC microseconds.</param>
    public void Replace(long resource, JudgedResource? known, JudgedResource judged, long at)
    {
        var before = statements.Query(
            $"""
            SELECT organization, hash_1, hash_2, hash_3, changed_1, changed_2, changed_3 FROM party WHERE resource = {resource}
            """,
            reader => (Organization: reader.GetString(0), Hashes: Longs(reader, 1), Times: Longs(reader, 4)))
            .ToDictionary(row => row.Organization, row => (row.Hashes, row.Times));
        if (before.Count > 0)
        {
            statements.Add($"DELETE FROM party WHERE resource = {resource}");
        }

        foreach (var organization in judged.Parties.Distinct())
        {
            var hashes = judged.ViewsOf(organization);
            var times = before.TryGetValue(organization, out var last)
                ? [.. hashes.Select((hash, view) => (known?.ViewsOf(organization) ?? last.Hashes)[view] == hash ? last.Times[view] : at)]
                : (long[])[at, at, at];
            statements.Add($"""
                INSERT INTO party (resource, organization, changed_1, changed_2, changed_3, hash_1, hash_2, hash_3)
                VALUES ({resource}, {organization}, {times[0]}, {times[1]}, {times[2]}, {hashes[0]}, {hashes[1]}, {hashes[2]})
                """);
        }
    }

    /// <summary>All views changed, by a deletion.</summary>
    public void Changed(long resource, long at) => statements.Add(
        $"""
        UPDATE party SET changed_1 = {at}, changed_2 = {at}, changed_3 = {at}, hash_1 = 0, hash_2 = 0, hash_3 = 0
        WHERE  resource = {resource}
        """);

    /// <summary>Keeps who is party to the version that is current now.</summary>
    public void KeepVersion(long resource) => statements.Add($"""
        INSERT INTO party_version (resource, version, organization, changed_1, changed_2, changed_3)
        SELECT p.resource, r.version, p.organization, p.changed_1, p.changed_2, p.changed_3
        FROM   party p JOIN resource r ON r.key = p.resource
        WHERE  p.resource = {resource}
        """);

    private static long[] Longs(System.Data.Common.DbDataReader reader, int first) =>
        [reader.GetInt64(first), reader.GetInt64(first + 1), reader.GetInt64(first + 2)];
}
