using System.Text.Json;
using Interop.Fhir;

namespace Interop.Server.Guard;

/// <summary>The literal local references of a resource, each with the element that holds it.</summary>
internal static class LiteralReferences
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };

    /// <param name="body">A resource that was validated.</param>
    public static IReadOnlyList<(string Expression, ResourceKey Target)> Of(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, Options);
        var found = new List<(string, ResourceKey)>();
        Collect(document.RootElement, document.RootElement.GetProperty("resourceType").GetString()!, found);
        return found;
    }

    // The validator bounds the depth, so the recursion is bounded too.
    private static void Collect(JsonElement element, string path, List<(string, ResourceKey)> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (
                        property.NameEquals("reference")
                            && property.Value.ValueKind == JsonValueKind.String
                            && ResourceKey.TryParse(property.Value.GetString()!) is { } target)
                    {
                        found.Add((path, target));
                    }
                    else
                    {
                        Collect(property.Value, $"{path}.{property.Name}", found);
                    }
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, $"{path}[{index++}]", found);
                }

                break;
            default:
                break;
        }
    }
}
