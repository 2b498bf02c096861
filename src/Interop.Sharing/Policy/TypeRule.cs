namespace Interop.Sharing.Policy;

/// <summary>What kind of data a resource type holds.</summary>
internal enum TypeKind : byte
{
    /// <summary>Never seen by another organisation.</summary>
    Own,

    /// <summary>About a patient.</summary>
    Patient,

    /// <summary>About the agencies themselves.</summary>
    Directory,
}

/// <summary>The rule of one resource type.</summary>
/// <param name="Views">By tier - 1 for anyone, then the same for a party; null where nothing leaves.</param>
/// <param name="Subjects">Paths of the references that name its patient.</param>
/// <param name="Parties">Paths of the references that make an organisation a party.</param>
/// <param name="Inherits">Paths of the references whose labels it takes on.</param>
/// <param name="Cases">How it establishes a case relation, or null.</param>
/// <param name="FreeText">Very restricted until somebody labels it.</param>
/// <param name="PrivateExtension">Extension that makes a directory resource one about a patient.</param>
/// <param name="PrivateViews">The views it then has.</param>
internal sealed record TypeRule(
    string Type,
    TypeKind Kind,
    ViewNode?[] Views,
    IReadOnlyList<string> Subjects,
    IReadOnlyList<string> Parties,
    IReadOnlyList<string> Inherits,
    string? Cases,
    bool FreeText,
    byte[]? PrivateExtension,
    ViewNode?[] PrivateViews)
{
    public const int ViewCount = 6;

    /// <summary>What the references at an element tell, by its path as JSON has it.</summary>
    public IReadOnlyDictionary<string, FactKind> References { get; } = Kinds(
        (Subjects, FactKind.Subject), (Parties, FactKind.Party), (Inherits, FactKind.Inherit));

    /// <summary>Place of a view: tier basic to full, for anyone or for a party.</summary>
    public static int IndexOf(Tier tier, bool party) => (int)tier - 1 + (party ? 3 : 0);

    private static Dictionary<string, FactKind> Kinds(params ReadOnlySpan<(IReadOnlyList<string> Paths, FactKind Kind)> lists)
    {
        var kinds = new Dictionary<string, FactKind>(StringComparer.Ordinal);
        foreach (var (paths, kind) in lists)
        {
            foreach (var path in paths.Select(path => path.Replace("[x]", "Reference", StringComparison.Ordinal)))
            {
                kinds[path] = kinds.GetValueOrDefault(path) | kind;
            }
        }

        return kinds;
    }
}
