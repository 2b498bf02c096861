using System.Collections.Frozen;

namespace Interop.Server.Guard;

/// <summary>
/// What a token's SMART v2 scopes allow (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html):
/// <c>system|user / Type|* . cruds</c>. A scope that is not understood, or carries a <c>?query</c> or a patient context that this
/// version does not evaluate, allows nothing.
/// </summary>
internal sealed class Scopes
{
    private static readonly Dictionary<string, string> VersionOne = new() { ["read"] = "rs", ["write"] = "cud", ["*"] = "cruds" };

    private readonly FrozenDictionary<string, string> rights;
    private readonly FrozenSet<string> others;

    private Scopes(FrozenDictionary<string, string> rights, FrozenSet<string> others)
    {
        this.rights = rights;
        this.others = others;
        ReadableTypes = Readable("r");
        SearchableTypes = Readable("s");
    }

    /// <summary>Types that may be read, null for all.</summary>
    public IReadOnlySet<string>? ReadableTypes { get; }

    /// <summary>Types that may be searched, null for all.</summary>
    public IReadOnlySet<string>? SearchableTypes { get; }

    public static Scopes Parse(string text)
    {
        var rights = new Dictionary<string, string>();
        var others = new HashSet<string>();
        foreach (var scope in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var slash = scope.IndexOf('/', StringComparison.Ordinal);
            var dot = scope.LastIndexOf('.');
            if (slash < 0 || dot < slash)
            {
                others.Add(scope);
                continue;
            }

            var (context, type, letters) = (scope[..slash], scope[(slash + 1)..dot], scope[(dot + 1)..]);
            letters = VersionOne.GetValueOrDefault(letters, letters);
            if (context is "system" or "user" && letters.Length > 0 && IsOrderedSubset(letters))
            {
                rights[type] = new string(
                    [.. "cruds".Where(right => letters.Contains(right) || (rights.TryGetValue(type, out var had) && had.Contains(right)))]);
            }
        }

        return new(rights.ToFrozenDictionary(), others.ToFrozenSet());
    }

    /// <param name="right">One of <c>c r u d s</c>.</param>
    public bool Allows(string type, char right) =>
        (rights.TryGetValue("*", out var all) && all.Contains(right)) || (rights.TryGetValue(type, out var some) && some.Contains(right));

    /// <summary>A scope without resource type, such as <c>cad.write</c>.</summary>
    public bool Has(string scope) => others.Contains(scope);

    private static bool IsOrderedSubset(string letters)
    {
        var last = -1;
        foreach (var letter in letters)
        {
            var position = "cruds".IndexOf(letter, StringComparison.Ordinal);
            if (position <= last)
            {
                return false;
            }

            last = position;
        }

        return true;
    }

    private FrozenSet<string>? Readable(string right) =>
        rights.TryGetValue("*", out var all) && all.Contains(right)
            ? null
            : rights.Where(pair => pair.Value.Contains(right)).Select(pair => pair.Key).ToFrozenSet();
}
