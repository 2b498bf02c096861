using System.Text.Json;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>A resource as the list of its primitive values, each with its path without indices.</summary>
internal static class Leaves
{
    public static List<(string Path, string Value)> Of(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, new() { MaxDepth = 512 });
        var leaves = new List<(string, string)>();
        Walk(document.RootElement, string.Empty, leaves);
        return leaves;
    }

    /// <summary>The distinct paths, cut after so many steps, without identity.</summary>
    public static IEnumerable<string> Paths(ReadOnlyMemory<byte> body) => Of(body)
        .Select(leaf => leaf.Path)
        .Where(path => path is not ("resourceType" or "id") && !path.StartsWith("meta.", StringComparison.Ordinal))
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static void Walk(JsonElement element, string path, List<(string Path, string Value)> leaves)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Walk(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", leaves);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, path, leaves);
                }

                break;
            default:
                leaves.Add((path, element.GetRawText()));
                break;
        }
    }
}
