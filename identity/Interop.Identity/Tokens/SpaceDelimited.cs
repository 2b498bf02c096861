namespace Interop.Identity.Tokens;

/// <summary>Lists of scopes, purposes, roles and URIs as OAuth writes them: words between single spaces.</summary>
internal static class SpaceDelimited
{
    public static IReadOnlyList<string> Split(string? text) =>
        text is null ? [] : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    public static string Join(IEnumerable<string> words) => string.Join(' ', words);
}
