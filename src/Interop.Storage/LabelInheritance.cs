using Interop.Fhir;

namespace Interop.Storage;

/// <summary>
/// Passes labels along references: a resource carries its own and those of everything that it inherits from (SHARING.md 2.8). A
/// change travels on until nothing changes any more. Resources that inherit from each other keep what they share: labels fall only
/// where nothing holds them up.
/// </summary>
internal sealed class LabelInheritance(Statements statements)
{
    /// <summary>The labels of what the sources are now.</summary>
    public long Of(IEnumerable<ResourceKey> sources) => sources.Aggregate(0L, (labels, source) => labels | (statements.Number(
        $"SELECT labels FROM resource WHERE type = {source.Type} AND id = {source.Id}") ?? 0));

    /// <summary>Tells those that inherit from a resource whose labels changed.</summary>
    /// <param name="placed">Is told of each whose labels changed with it.</param>
    public void Spread(ResourceKey start, Action<long> placed)
    {
        var changed = new Queue<ResourceKey>([start]);
        while (changed.TryDequeue(out var target))
        {
            foreach (var (key, name, before) in Heirs(target))
            {
                var after = Labels(key);
                if (after != before)
                {
                    statements.Execute($"UPDATE resource SET labels = {after} WHERE key = {key}");
                    placed(key);
                    changed.Enqueue(name);
                }
            }
        }
    }

    private List<(long Key, ResourceKey Name, long Labels)> Heirs(ResourceKey target) => statements.Query(
        $"""
        SELECT r.key, r.type, r.id, r.labels
        FROM   label_inheritance i JOIN resource r ON r.key = i.resource
        WHERE  i.type = {target.Type} AND i.id = {target.Id}
        """,
        reader => (reader.GetInt64(0), new ResourceKey(reader.GetString(1), reader.GetString(2)), reader.GetInt64(3)));

    private long Labels(long key)
    {
        var parts = statements.Query(
            $"""
            SELECT own_labels FROM resource WHERE key = {key}
            UNION ALL
            SELECT t.labels
            FROM   label_inheritance i JOIN resource t ON t.type = i.type AND t.id = i.id
            WHERE  i.resource = {key}
            """,
            reader => reader.GetInt64(0));
        return parts.Aggregate(0L, (labels, part) => labels | part);
    }
}
