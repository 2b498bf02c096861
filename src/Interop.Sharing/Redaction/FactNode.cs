using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>A trie over the paths of a type that tell about sharing.</summary>
internal sealed class FactNode
{
    private readonly Dictionary<string, FactNode> building = new(StringComparer.Ordinal);
    private NameTable<FactNode>? children;

    public FactKind Kind { get; private set; }

    /// <summary>Whether it or something below it names the subject.</summary>
    public bool LeadsToSubject { get; private set; }

    public static FactNode Of(TypeRule rule)
    {
        var root = new FactNode();
        root.Add(rule.Subjects, FactKind.Subject);
        root.Add(["meta.security", "securityLabel"], FactKind.Security);
        root.Add(["status", "verificationStatus"], FactKind.Status);
        root.Add(["questionnaire"], FactKind.Instrument);
        root.Complete();
        return root;
    }

    public FactNode? Find(ReadOnlySpan<byte> name) => children?.Find(name);

    private void Add(IEnumerable<string> paths, FactKind kind)
    {
        foreach (var path in paths.Where(path => path != "$self"))
        {
            var node = this;
            foreach (var step in path.Replace("[x]", "Reference", StringComparison.Ordinal).Split('.'))
            {
                if (!node.building.TryGetValue(step, out var next))
                {
                    node.building.Add(step, next = new());
                }

                node = next;
            }

            node.Kind |= kind;
        }
    }

    private void Complete()
    {
        children = building.Count == 0 ? null : new([.. building]);
        foreach (var child in building.Values)
        {
            child.Complete();
            LeadsToSubject |= child.LeadsToSubject;
        }

        LeadsToSubject |= (Kind & FactKind.Subject) != 0;
    }
}
