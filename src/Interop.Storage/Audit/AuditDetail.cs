using System.Text.Json;

namespace Interop.Storage.Audit;

/// <summary>
/// The one part of a row's detail that storage reads: <c>about</c>, a list of objects, each with the id of a <c>patient</c>.
/// </summary>
internal static class AuditDetail
{
    public const string About = "about";

    /// <summary>Each id once, in the order of the list.</summary>
    public static IReadOnlyList<string> PatientsOf(string detail)
    {
        // Most rows have none. What somebody typed can't look like this: a quote within text is escaped.
        if (!detail.Contains("\"" + About + "\":[", StringComparison.Ordinal))
        {
            return [];
        }

        using var document = JsonDocument.Parse(detail);
        return document.RootElement.TryGetProperty(About, out var list)
            ? [.. list.EnumerateArray().Select(item => item.GetProperty("patient").GetString()!).Distinct()]
            : [];
    }
}
