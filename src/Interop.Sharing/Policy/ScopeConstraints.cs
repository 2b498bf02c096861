using Interop.Fhir.Search;

namespace Interop.Sharing.Policy;

/// <summary>
/// What scopes ask of a resource beyond its type: it is of a type that is open as a whole, or one of the openings holds for it.
/// Scopes are a union, and each can only narrow what sharing opens.
/// </summary>
public sealed class ScopeConstraints
{
    /// <param name="whole">Types that some scope opens without a condition.</param>
    /// <param name="openings">The scopes with a condition.</param>
    /// <param name="onlyPatient">The one patient that all scopes are about; null where some scope is about anybody.</param>
    /// <param name="directory">Types whose resources without a patient are in nobody's record, and so in reach from everybody's.</param>
    /// <param name="opensDirectory">Whether a scope about a patient opens the directory too, and not only what points there.</param>
    public ScopeConstraints(
        IReadOnlySet<string> whole,
        IReadOnlyList<ScopeOpening> openings,
        string? onlyPatient,
        IReadOnlyList<string> directory,
        bool opensDirectory)
    {
        (Whole, Openings, OnlyPatient, Directory) = (whole, openings, onlyPatient, directory);
        Opened = opensDirectory ? directory : [];
        Shape = openings.All(opening => opening.Criteria.Count == 0)
            ? string.Join(
                '|',
                string.Join(' ', whole.Order(StringComparer.Ordinal)),
                string.Join(' ', openings.Select(ShapeOf)),
                onlyPatient is null,
                string.Join(' ', Directory),
                opensDirectory)
            : null;

        // A reference tells that its target exists, not what it says: types and conditions do not matter for it, whose record it is in
        // does.
        ForReferences = onlyPatient is null ? null
            : opensDirectory && whole.Count == 0 && openings is [{ Type: null, Criteria: [] }] ? this
            : new(new HashSet<string>(), [new(null, onlyPatient, [])], onlyPatient, directory, opensDirectory: true);
    }

    public IReadOnlySet<string> Whole { get; }

    public IReadOnlyList<ScopeOpening> Openings { get; }

    /// <summary>The patient beyond whose record nothing leads, references neither.</summary>
    public string? OnlyPatient { get; }

    public IReadOnlyList<string> Directory { get; }

    /// <summary>Those of the directory's types that scopes about a patient open.</summary>
    public IReadOnlyList<string> Opened { get; }

    /// <summary>What is asked of the target of a reference that a resource shows; null for nothing.</summary>
    public ScopeConstraints? ForReferences { get; }

    /// <summary>What is the same for constraints that differ in the patient alone; null where there are criteria.</summary>
    public string? Shape { get; }

    /// <summary>The patient of the openings that are about one: a token names at most one.</summary>
    public string? Patient => Openings.FirstOrDefault(opening => opening.Patient is not null)?.Patient;

    private static string ShapeOf(ScopeOpening opening) => $"{opening.Type ?? "*"}{(opening.Patient is null ? "" : "@")}";
}

/// <summary>One scope that opens a part of a type (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html).</summary>
/// <param name="Type">The resource type; null for all types, which then takes no criteria.</param>
/// <param name="Patient">Id of the patient whose record it is about; null for anybody's.</param>
/// <param name="Criteria">What a resource must have, all of it, in the elements that the sight sees; nothing that it must not have.</param>
public sealed record ScopeOpening(string? Type, string? Patient, IReadOnlyList<SearchCriterion> Criteria)
{
    /// <summary>Whether it opens the type, or some part of it.</summary>
    public bool Opens(string type) => Type is null || Type == type;
}
