using Interop.Fhir;

namespace Interop.Storage.Write;

/// <summary>How a resource takes labels from another, as the bits in the table.</summary>
[Flags]
internal enum InheritanceKind
{
    /// <summary>It takes on all that the other carries and passes on.</summary>
    Labels = 1,

    /// <summary>It names a directory entry, and takes on what that passes on.</summary>
    Names = 2,

    /// <summary>It is part of a directory entry, and passes on what that passes on.</summary>
    Part = 4,
}

/// <summary>What a resource takes labels from, and how.</summary>
internal readonly record struct LabelSource(ResourceKey Target, InheritanceKind Kind);

/// <summary>What a row carries, and what it gives to those that name it.</summary>
internal readonly record struct RowLabels(long Carried, long Passed);

/// <summary>
/// Passes labels along references: a resource carries its own and those of everything that it inherits from. A
/// directory entry stays as it is and passes labels on to what names it and to its parts. A
/// change travels on until nothing changes any more. Resources that inherit from each other keep what they share: labels fall only
/// where nothing holds them up.
/// </summary>
internal sealed class LabelInheritance(Statements statements)
{
    /// <summary>What a resource carries and passes on with what its sources are now.</summary>
    /// <param name="own">What it has by itself.</param>
    public RowLabels Of(RowLabels own, IEnumerable<LabelSource> sources)
    {
        foreach (var (target, kind) in sources)
        {
            var labels = statements.Query(
                $"SELECT labels, passes_labels FROM resource WHERE type = {target.Type} AND id = {target.Id}",
                reader => new RowLabels(reader.GetInt64(0), reader.GetInt64(1))).FirstOrDefault();
            var carried = kind.HasFlag(InheritanceKind.Labels) ? labels.Carried | labels.Passed
                : kind.HasFlag(InheritanceKind.Names) ? labels.Passed
                : 0;
            own = new(own.Carried | carried, own.Passed | (kind.HasFlag(InheritanceKind.Part) ? labels.Passed : 0));
        }

        return own;
    }

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
                    Store(key, after);
                    placed(key);
                    changed.Enqueue(name);
                }
            }
        }
    }

    private void Store(long key, RowLabels labels) => statements.Add($"""
        UPDATE resource
        SET    labels = {labels.Carried}, passes_labels = {labels.Passed}
        WHERE  key = {key} AND (labels <> {labels.Carried} OR passes_labels <> {labels.Passed})
        """);

    private List<(long Key, ResourceKey Name, RowLabels Labels)> Heirs(ResourceKey target) => statements.Query(
        $"""
        SELECT r.key, r.type, r.id, r.labels, r.passes_labels
        FROM   label_inheritance i JOIN resource r ON r.key = i.resource
        WHERE  i.type = {target.Type} AND i.id = {target.Id}
        """,
        reader => (
            reader.GetInt64(0),
            new ResourceKey(reader.GetString(1), reader.GetString(2)),
            new RowLabels(reader.GetInt64(3), reader.GetInt64(4))));

    private RowLabels Labels(long key)
    {
        var parts = statements.Query(
            $"""
            SELECT own_labels, own_passes FROM resource WHERE key = {key}
            UNION ALL
            SELECT CASE WHEN i.kind & {(int)InheritanceKind.Labels} <> 0 THEN t.labels | t.passes_labels
                        WHEN i.kind & {(int)InheritanceKind.Names} <> 0 THEN t.passes_labels ELSE 0 END,
                   CASE WHEN i.kind & {(int)InheritanceKind.Part} <> 0 THEN t.passes_labels ELSE 0 END
            FROM   label_inheritance i JOIN resource t ON t.type = i.type AND t.id = i.id
            WHERE  i.resource = {key}
            """,
            reader => new RowLabels(reader.GetInt64(0), reader.GetInt64(1)));
        return parts.Aggregate((labels, part) => new(labels.Carried | part.Carried, labels.Passed | part.Passed));
    }
}
