using System.Collections.Frozen;
using Interop.Sharing.Policy;

namespace Interop.Server.Security;

/// <summary>
/// What a token's SMART scopes allow, as <see cref="ScopeReader"/> read them: a union of grants for each right, and sentences about
/// those that allow nothing.
/// </summary>
internal sealed class Scopes
{
    private readonly FrozenDictionary<SmartRight, RightScopes> rights;
    private readonly FrozenSet<string> others;
    private readonly IReadOnlyList<string> objections;

    /// <param name="grants">What each understood scope opens, and for which rights.</param>
    /// <param name="others">Scopes without resource type.</param>
    /// <param name="objections">Why scopes for resources allow nothing.</param>
    /// <param name="directory">The types that are in nobody's record.</param>
    public Scopes(
        IReadOnlyList<(SmartRight Rights, ScopeOpening Opening)> grants,
        IEnumerable<string> others,
        IReadOnlyList<string> objections,
        IReadOnlyList<string> directory)
    {
        rights = SmartRights.Each.ToFrozenDictionary(
            right => right,
            right => new RightScopes(
                [.. grants.Where(grant => grant.Rights.HasFlag(right)).Select(grant => grant.Opening)],
                directory,
                opensDirectory: right is SmartRight.Read or SmartRight.Search));
        this.others = others.ToFrozenSet();
        this.objections = objections;
    }

    /// <summary>No scopes.</summary>
    public static Scopes None { get; } = new([], [], [], []);

    /// <summary>Everything, for explanations: sharing alone decides.</summary>
    public static Scopes All { get; } = new([(SmartRight.All, new(null, null, []))], [], [], []);

    /// <param name="right">One.</param>
    public bool Allows(string type, SmartRight right) => rights[right].Types is not { } types || types.Contains(type);

    /// <summary>A scope without resource type, such as <c>cad.write</c>.</summary>
    public bool Has(string scope) => others.Contains(scope);

    /// <summary>Types of which the scopes open all or some, null for all.</summary>
    public IReadOnlySet<string>? Types(SmartRight right) => rights[right].Types;

    /// <summary>What the scopes ask of a resource beyond its type, null for nothing.</summary>
    public ScopeConstraints? Constraints(SmartRight right) => rights[right].Constraints;

    /// <summary>Why the right on the type is not there.</summary>
    public string Objection(string type, SmartRight right) =>
        string.Join(' ', [$"The token's scopes do not allow .{right.Letter()} on {type}.", .. objections]);

    private sealed class RightScopes
    {
        // A scope about a patient reads the directory, as SMART apps expect, and writes in the record alone.
        public RightScopes(IReadOnlyList<ScopeOpening> openings, IReadOnlyList<string> directory, bool opensDirectory)
        {
            var whole = openings.Where(opening => opening is { Patient: null, Criteria: [] }).ToList();
            Types = openings.Any(opening => opening.Type is null) ? null : openings.Select(opening => opening.Type!).ToFrozenSet();
            if (whole.Count == openings.Count || whole.Any(opening => opening.Type is null))
            {
                return;
            }

            var types = whole.Select(opening => opening.Type!).ToFrozenSet();
            Constraints = new(
                types,
                [.. openings.Except(whole).Where(opening => opening.Type is null || !types.Contains(opening.Type))],
                openings.All(opening => opening.Patient is not null) ? openings[0].Patient : null,
                directory,
                opensDirectory);
        }

        public IReadOnlySet<string>? Types { get; }

        public ScopeConstraints? Constraints { get; }
    }
}
