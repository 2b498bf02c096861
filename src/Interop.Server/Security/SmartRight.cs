namespace Interop.Server.Security;

/// <summary>
/// What a SMART scope lets one do with a type of resource: the letters <c>cruds</c>
/// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources).
/// </summary>
[Flags]
internal enum SmartRight
{
    None = 0,
    Create = 1,
    Read = 2,
    Update = 4,
    Delete = 8,
    Search = 16,
    All = Create | Read | Update | Delete | Search,
}

internal static class SmartRights
{
    private const string Letters = "cruds";

    /// <summary>Each right alone, in the order of the letters.</summary>
    public static IReadOnlyList<SmartRight> Each { get; } = [.. Letters.Select((_, place) => (SmartRight)(1 << place))];

    public static char Letter(this SmartRight right) => Letters[int.TrailingZeroCount((int)right)];

    /// <summary>The rights that some letters give, or none unless they are some of <c>cruds</c> in this order.</summary>
    public static SmartRight Read(string letters)
    {
        var (rights, last) = (SmartRight.None, -1);
        foreach (var letter in letters)
        {
            var place = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (place <= last)
            {
                return SmartRight.None;
            }

            last = place;
            rights |= (SmartRight)(1 << place);
        }

        return rights;
    }
}
